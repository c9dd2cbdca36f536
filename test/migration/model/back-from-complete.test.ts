import { describe, expect, it } from '@jest/globals';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { runWorld } from './world.ts';
import type { Step, Tally } from './world-steps.ts';

/** To `complete`, a picture in slot 1, back to `switched`, which gateway 1 does not know of yet; gateway 0 writes slot 0. */
function backWithLateGateway(kill: readonly Step[]): readonly Step[] {
  return [
    { kind: 'change', up: true, ramp: 'everybody' },
    { kind: 'ride' },
    { kind: 'burst', acts: [{ gateway: 0, subject: 0, slot: 1, act: 'put' }] },
    { kind: 'change', up: false, ramp: 'everybody' },
    { kind: 'refresh', gateway: 0 },
    ...kill,
    { kind: 'burst', acts: [{ gateway: 0, subject: 0, slot: 0, act: 'put' }] },
    { kind: 'ride' },
  ];
}

/** `runWorld` throws where the backend does not hold what was acknowledged last. */
function run(steps: readonly Step[]): Promise<Tally> {
  return runWorld(createMemoryStore(), 3, steps, () => 0);
}

describe('the way back from complete', () => {
  it('the way back from complete brings a picture from complete to the backend although another slot is written before it is noted', async () => {
    expect(await run(backWithLateGateway([]))).toMatchObject({ failed: 0, switched: 1 });
  });

  it.each([true, false])(
    'the way back from complete brings it there wherever in that write the gateway is killed (after its effect: %s)',
    async (afterEffect) => {
      let kills = 0;
      for (let steps = 1; steps <= 8; steps += 1) {
        kills += (await run(backWithLateGateway([{ kind: 'kill', gateway: 0, steps, afterEffect }]))).failed;
      }
      expect(kills).toBeGreaterThan(3);
    },
  );
});
