import { describe, expect, it } from '@jest/globals';
import {
  beginChange,
  type ChangeParts,
  cancelChange,
  continueChange,
} from '../../../src/migration/stages/change-stage.ts';
import { EVERYBODY } from '../../../src/migration/stages/rollout.ts';
import { beginStage, readStage } from '../../../src/migration/stages/stage-store.ts';
import type { MigrationStage } from '../../../src/settings/migration-settings.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';

const NAME = { tenant: 'acme', dialect: 'legacy' };

/** A change in one of its phases, while no gateway is present. */
async function changeInPhase(from: MigrationStage, to: MigrationStage, phase: number) {
  const { records } = createMemoryStore();
  let isDrained = true;
  const parts: ChangeParts = {
    records,
    clock: { nowMs: () => 1_000 },
    name: NAME,
    isDrained: async () => isDrained,
  };
  await beginStage(records, NAME, from);
  await beginChange(parts, { stage: to, ramp: EVERYBODY });
  const read = async () => (await readStage(records, NAME))?.record;
  for (let steps = 0; (await read())?.change?.phase !== phase; steps += 1) {
    if (steps > 5) throw new Error(`the change has no phase ${phase}`);
    await continueChange(parts);
  }
  return {
    cancel: () => cancelChange(parts),
    /** Goes on until the change is over, or waits. */
    async finish() {
      for (let steps = 0; steps < 10 && (await read())?.change; steps += 1) await continueChange(parts);
      return (await read())?.rollout.stage;
    },
    leaveWorkUnfinished() {
      isDrained = false;
    },
    changeNow: async () => (await read())?.change,
  };
}

describe('a change that is cancelled', () => {
  it.each([
    ['shadow', 'dual-write', 0],
    ['dual-write', 'shadow', 0],
    ['dual-write', 'switched', 0],
    ['dual-write', 'switched', 1],
    ['switched', 'dual-write', 0],
    ['switched', 'dual-write', 1],
    ['switched', 'complete', 0],
  ] as const)(
    'a change from %s to %s that is cancelled in phase %i ends where it came from',
    async (from, to, phase) => {
      const { cancel, finish } = await changeInPhase(from, to, phase);
      expect(await cancel()).toMatchObject({ change: { isCancelled: true } });
      expect(await finish()).toBe(from);
    },
  );

  it('a change to shadow has no way back once unfinished writes were given up', async () => {
    const { cancel, finish } = await changeInPhase('dual-write', 'shadow', 1);
    expect(await cancel()).toBe('too late');
    expect(await finish()).toBe('shadow');
  });

  it('a change from switched to dual-write waits on its way back for writes that the backend may have shown', async () => {
    const { cancel, finish, leaveWorkUnfinished, changeNow } = await changeInPhase(
      'switched',
      'dual-write',
      1,
    );
    leaveWorkUnfinished();
    await cancel();
    expect(await finish()).toBe('switched');
    expect(await changeNow()).toMatchObject({ isCancelled: true, phase: 1 });
  });
});
