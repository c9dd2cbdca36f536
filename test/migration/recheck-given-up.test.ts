import { describe, expect, it } from '@jest/globals';
import { createJournal } from '../../src/migration/journal/journal.ts';
import type { Intent } from '../../src/migration/journal/journal-entry.ts';
import { recheckGivenUp, scheduleRecheck } from '../../src/migration/replicas/schedule-recheck.ts';
import { isDrained } from '../../src/migration/replicas/unfinished-writes.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';

const SUBJECT = { key: 'a'.repeat(32), id: 'ada', aliases: {} };
const SETTLE_MS = 5_000;

function removal(startedAtMs: number, generation: number, slots: readonly number[]): Intent {
  return { kind: 'delete', id: 'one', generation, startedAtMs, slots };
}

async function setUp() {
  const { records } = createMemoryStore();
  let nowMs = 100_000;
  const clock = { nowMs: () => nowMs };
  const journal = createJournal({
    records,
    clock,
    name: { tenant: 'acme', dialect: 'legacy' },
    owner: 'one',
    leaseMs: 1_000,
    warn: () => {},
  });
  const parts = { clock, settleMs: SETTLE_MS, records, replica: 'legacy', journal };
  return {
    parts,
    held: await journal.lease(SUBJECT, 0),
    wait(ms: number) {
      nowMs += ms;
    },
  };
}

describe('the recheck after a write that was given up', () => {
  it('a fence that was set after the write began waits for the recheck, however late the write was given up', async () => {
    const { parts, held, wait } = await setUp();
    const intent = removal(parts.clock.nowMs(), 7, [0]);
    const fenceMs = parts.clock.nowMs() + 1_000;
    wait(60_000);
    await held.write((entry) => ({ ...entry, recheck: recheckGivenUp(parts, entry, intent) }));
    expect(await isDrained(parts, { beganBeforeMs: fenceMs })).toBe(false);
    await held.write(({ recheck: _old, ...entry }) => ({
      ...entry,
      recheck: scheduleRecheck(parts, entry, [0], 7),
    }));
    expect(await isDrained(parts, { beganBeforeMs: fenceMs })).toBe(true);
  });

  it('the recheck keeps, for each slot, the newest write that was given up', async () => {
    const { parts, held } = await setUp();
    await held.write((entry) => ({ ...entry, recheck: scheduleRecheck(parts, entry, [0, 1], 5) }));
    for (const [generation, slots] of [
      [6, [0]],
      [9, [1]],
      [8, [1]],
    ] as const)
      await held.write((entry) => ({
        ...entry,
        recheck: recheckGivenUp(parts, entry, removal(1_000 + generation, generation, slots)),
      }));
    expect(held.entry.recheck).toMatchObject({
      after: 5,
      slots: [0, 1],
      givenUp: { 0: 6, 1: 9 },
      sinceMs: 1_006,
    });
  });
});
