import { describe, expect, it } from '@jest/globals';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { runWorld } from './world.ts';
import type { ClientAct, Step } from './world-steps.ts';

function put(subject: number, slot: number): Step {
  return { kind: 'burst', acts: [{ gateway: 0, subject, slot, act: 'put' } satisfies ClientAct] };
}

/**
 * In dual-write, a picture in `first`; back to shadow, where slot 0 is written at the backend alone; in dual-write again a picture in slot 1
 * whose request is lost, so that it is sent once more.
 */
function lostWriteAfterShadow(subject: number, first: number): readonly Step[] {
  return [
    put(subject, first),
    { kind: 'change', up: false, ramp: 'everybody' },
    { kind: 'ride' },
    put(subject, 0),
    { kind: 'change', up: true, ramp: 'everybody' },
    { kind: 'ride' },
    { kind: 'trouble', trouble: 'lost request' },
    put(subject, 1),
  ];
}

describe('a write that is sent once more in dual-write', () => {
  // `runWorld` throws where a read or the backend does not show what was acknowledged last.
  it.each([
    ['older here', 2, 0],
    ['not known here', 1, 1],
  ])(
    'a write that is sent once more in dual-write leaves alone a picture in a slot before it that is %s',
    async (_how, subject, first) => {
      const steps = lostWriteAfterShadow(subject, first);
      expect(await runWorld(createMemoryStore(), 2, steps, () => 0)).toMatchObject({ failed: 1 });
    },
  );
});
