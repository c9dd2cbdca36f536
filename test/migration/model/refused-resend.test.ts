import { describe, expect, it } from '@jest/globals';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import type { Trouble } from './model-backend.ts';
import { runWorld } from './world.ts';
import type { ClientAct, Step } from './world-steps.ts';

function act(what: ClientAct['act']): Step {
  return { kind: 'burst', acts: [{ gateway: 0, subject: 0, slot: 0, act: what }] };
}

/**
 * In dual-write a verified picture, then a write whose answer or request is lost, and to whose resend the backend gives an `answer`. The
 * switch follows, on the verification of before.
 */
function resentWrite(
  what: 'put' | 'remove',
  lost: Trouble,
  answer: Trouble,
  afterResend: readonly Step[] = [],
): readonly Step[] {
  return [
    act('put'),
    { kind: 'verify', who: 'everybody', repair: true },
    { kind: 'trouble', trouble: lost },
    act(what),
    { kind: 'trouble', trouble: answer },
    { kind: 'wait', ms: 300 },
    { kind: 'reconcile', gateway: 0 },
    ...afterResend,
    { kind: 'wait', ms: 20_000 },
    { kind: 'reconcile', gateway: 0 },
    { kind: 'trouble', trouble: undefined },
    { kind: 'change', up: true, ramp: 'everybody' },
    { kind: 'ride' },
    act('get'),
  ];
}

describe('a write that the backend refuses when it is sent once more', () => {
  // `runWorld` throws where a read shows another picture than the one before it.
  it.each([
    ['put', 'lost answer'],
    ['put', 'lost request'],
    ['remove', 'lost answer'],
    ['remove', 'lost request'],
  ] as const)(
    'a %s with a %s that is refused when it is sent once more leaves the gateway with what the backend has',
    async (what, lost) => {
      const steps = resentWrite(what, lost, 'refuses', [act('get')]);
      const result = await runWorld(createMemoryStore(), 2, steps, () => 1);
      expect(result).toMatchObject({ failed: 1, reads: 2, gatesOpened: 1 });
    },
  );

  it('a backend that knows nobody for a while takes no picture from the gateway', async () => {
    const steps = resentWrite('put', 'lost request', 'knows nobody');
    const result = await runWorld(createMemoryStore(), 2, steps, () => 1);
    expect(result).toMatchObject({ failed: 1, reads: 1, gatesOpened: 1 });
  });

  it('a write that cannot be said in the backend’s dialect leaves nothing unfinished', async () => {
    const steps: readonly Step[] = [
      act('put'),
      { kind: 'verify', who: 'everybody', repair: true },
      { kind: 'trouble', trouble: 'cannot be told' },
      act('put'),
      { kind: 'change', up: true, ramp: 'everybody' },
      { kind: 'ride' },
      act('get'),
    ];
    const result = await runWorld(createMemoryStore(), 2, steps, () => 1);
    expect(result).toMatchObject({ failed: 1, reads: 1, gatesOpened: 1, switched: 1 });
  });
});
