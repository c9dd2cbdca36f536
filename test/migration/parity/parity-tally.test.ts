import { describe, expect, it } from '@jest/globals';
import { createParityBook, readSample, readTally } from '../../../src/migration/parity/parity-tally.ts';
import { beginChange } from '../../../src/migration/stages/change-stage.ts';
import { EVERYBODY } from '../../../src/migration/stages/rollout.ts';
import { beginStage } from '../../../src/migration/stages/stage-store.ts';
import type { MigrationStage } from '../../../src/settings/migration-settings.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';

const NAME = { tenant: 'acme', dialect: 'legacy' };

async function setUp() {
  const { records } = createMemoryStore();
  const clock = { nowMs: () => 1_000 };
  await beginStage(records, NAME, 'shadow');
  return {
    openBook: (gatewayId: string) =>
      createParityBook({ records, name: NAME, gatewayId, clock, maxDifferences: 10 }),
    move: (stage: MigrationStage) =>
      beginChange({ records, clock, name: NAME, isDrained: async () => true }, { stage, ramp: EVERYBODY }),
    async counted() {
      const { operations } = await readTally(records, NAME);
      let sampled = 0;
      for await (const _one of readSample(records, NAME)) sampled += 1;
      return { compared: operations.upload?.compared ?? 0, sampled };
    },
  };
}

describe('the tally of compared requests', () => {
  it('the tally counts what was compared since shadow was last reached, by past processes as well', async () => {
    const { openBook, move, counted } = await setUp();
    const [early, lasting] = [openBook('early'), openBook('lasting')];
    const compare = async (book: typeof early) => {
      book.compared('upload', 'different picture', { meaning: 'same', picture: 'differs' }, 'a'.repeat(32));
      await book.flush();
    };
    await compare(early);
    await compare(lasting);
    expect(await counted()).toEqual({ compared: 2, sampled: 2 });
    await move('pass-through');
    expect(await counted()).toEqual({ compared: 2, sampled: 2 });
    await move('shadow');
    expect(await counted()).toEqual({ compared: 0, sampled: 0 });
    // What it had not written by then may be from before.
    await compare(lasting);
    await compare(lasting);
    await compare(openBook('late'));
    expect(await counted()).toEqual({ compared: 2, sampled: 2 });
  });
});
