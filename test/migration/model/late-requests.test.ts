import { describe, expect, it } from '@jest/globals';
import { isDrained } from '../../../src/migration/replicas/unfinished-writes.ts';
import { LEASE_MS } from './model-gateway.ts';
import { arrives, createPlacedGateway, everybodyIn, type Placed } from './placed-gateway.ts';

/** What readers of the local store see, and what the backend has. */
async function both({ gateway, backend, person }: Placed, slot: number): Promise<readonly number[]> {
  return [await gateway.get(person, slot), backend.value(person.key, slot)];
}

/**
 * Kills a gateway at each step of its put of 2. Where the put was begun and the backend has not got it, 3 is written,
 * then 2 arrives late. Expects 3 on both sides.
 */
async function expectNewest(acts: {
  readonly prepare?: (placed: Placed) => Promise<void>;
  readonly write: (placed: Placed) => Promise<void>;
}): Promise<void> {
  let found = 0;
  for (let steps = 1; steps < 40; steps += 1) {
    const placed = await createPlacedGateway('dual-write');
    const { gateway, person, backend, stand, settle, start } = placed;
    await gateway.put(person, 0, 1);
    await acts.prepare?.(placed);
    const killed = await start(async () => {});
    killed.process.killIn(steps, false);
    await killed.put(person, 0, 2).catch(() => {});
    const { intent } = (await gateway.replica.journal.read(person.key)) ?? {};
    if (!intent || backend.value(person.key, 0) !== 1) continue;
    found += 1;
    await acts.write(placed);
    await arrives(placed, { 0: 2 });
    await settle(10);
    await stand(everybodyIn('switched'));
    expect(await both(placed, 0)).toEqual([3, 3]);
  }
  expect(found).toBeGreaterThan(0);
}

describe('a request that the backend carries out late', () => {
  it('a late request does not replace a newer picture of somebody who also wrote while dual-write was being reached', async () => {
    const placed = await createPlacedGateway('shadow');
    const { gateway, person, backend, stand, settle, wait } = placed;
    await stand({
      ...everybodyIn('shadow'),
      change: { to: everybodyIn('dual-write').rollout, phase: 0, startedAtMs: 0 },
    });
    await gateway.put(person, 0, 1);
    await stand(everybodyIn('dual-write'));
    backend.trouble('lost request');
    await gateway.put(person, 0, 2).catch(() => {});
    await wait(1_000);
    await gateway.reconciler.round();
    await gateway.put(person, 0, 3);
    await arrives(placed, { 0: 2 });
    await settle(10);
    await stand(everybodyIn('switched'));
    expect(await both(placed, 0)).toEqual([3, 3]);
  });

  it('a late request does not make a filler a picture where the gateway has come back to dual-write meanwhile', async () => {
    const placed = await createPlacedGateway('switched');
    const { gateway, person, backend, stand, settle } = placed;
    backend.trouble('lost request');
    await gateway.put(person, 1, 21);
    await settle(1);
    await settle(1);
    await arrives(placed, { 0: 21, 1: 21 });
    await stand(everybodyIn('dual-write'));
    await settle(10);
    await stand(everybodyIn('switched'));
    expect([await both(placed, 0), await both(placed, 1)]).toEqual([
      [0, 0],
      [21, 21],
    ]);
  });

  it('a late request of a write that was given up keeps its picture where another slot is sent before the recheck', async () => {
    const placed = await createPlacedGateway('dual-write');
    const { gateway, person, backend, stand, settle, wait } = placed;
    await gateway.put(person, 1, 10);
    backend.trouble('lost answer');
    await gateway.put(person, 0, 20).catch(() => {});
    backend.trouble('refuses');
    await wait(1_000);
    await gateway.reconciler.round();
    await gateway.putThroughAnother(person, 1, 11);
    await settle(10);
    await stand(everybodyIn('switched'));
    expect([await both(placed, 0), await both(placed, 1)]).toEqual([
      [20, 20],
      [11, 11],
    ]);
  });

  it('a late request does not replace a newer picture after the process that sent it was killed', async () => {
    await expectNewest({
      async write({ gateway, person, wait }) {
        await wait(LEASE_MS + 1);
        await gateway.reconciler.round();
        await gateway.put(person, 0, 3);
      },
    });
  });

  it('a late request does not replace a newer picture where it was itself sent once more, without an answer', async () => {
    const placed = await createPlacedGateway('dual-write');
    const { gateway, person, backend, stand, settle, wait } = placed;
    await gateway.put(person, 0, 1);
    backend.trouble('lost request');
    await gateway.put(person, 0, 2).catch(() => {});
    await wait(LEASE_MS - 500);
    backend.trouble('lost request');
    await gateway.reconciler.round();
    await wait(1_000);
    await gateway.reconciler.round();
    await gateway.put(person, 0, 3);
    // The second attempt, of a second ago.
    await arrives(placed, { 0: 2 });
    await settle(10);
    await stand(everybodyIn('switched'));
    expect(await both(placed, 0)).toEqual([3, 3]);
  });

  it('a late request does not replace a newer picture after the process that sent it was killed, while another slot awaits its look', async () => {
    await expectNewest({
      async prepare({ gateway, person, backend, wait }) {
        backend.trouble('lost answer');
        await gateway.put(person, 1, 11).catch(() => {});
        await wait(300);
        await gateway.reconciler.round();
      },
      async write({ gateway, person, wait }) {
        await wait(LEASE_MS + 1);
        await gateway.reconciler.round();
        await gateway.put(person, 0, 3);
      },
    });
  });

  it('a late request does not replace a newer picture of another dialect after the process that sent it was killed', async () => {
    await expectNewest({
      async write({ gateway, person, wait }) {
        await gateway.putThroughAnother(person, 0, 3);
        await wait(LEASE_MS + 1);
        await gateway.reconciler.round();
      },
    });
  });

  it('a late request brings a picture that is not replaced by an older one, which the gateway followed meanwhile', async () => {
    const placed = await createPlacedGateway('dual-write');
    const { gateway, person, backend, stand, settle, wait } = placed;
    await gateway.put(person, 0, 1);
    backend.trouble('lost answer');
    await gateway.put(person, 0, 2).catch(() => {});
    await wait(3_000);
    backend.trouble('lost request');
    await gateway.put(person, 0, 3).catch(() => {});
    backend.trouble('refuses');
    await wait(500);
    await gateway.reconciler.round();
    await wait(1_600);
    await gateway.reconciler.round();
    await arrives(placed, { 0: 3 });
    const seen = await gateway.get(person, 0);
    await settle(10);
    const after = await gateway.get(person, 0);
    await stand(everybodyIn('switched'));
    expect([seen, after, ...(await both(placed, 0))]).toEqual([3, 3, 3, 3]);
  });

  it('a late request keeps no fence waiting where the backend loses the first request of each look', async () => {
    const placed = await createPlacedGateway('dual-write');
    const { gateway, person, backend, wait, nowMs } = placed;
    await gateway.put(person, 0, 1);
    backend.trouble('lost request');
    await gateway.put(person, 0, 2).catch(() => {});
    const fenceMs = nowMs();
    await wait(1_000);
    await gateway.reconciler.round();
    await wait(10_000);
    let looks = 0;
    for (let round = 0; round < 400; round += 1) {
      const { recheck } = (await gateway.replica.journal.read(person.key)) ?? {};
      if (recheck && recheck.atMs <= nowMs() && !(recheck.later && recheck.later.atMs > nowMs())) {
        looks += 1;
        backend.trouble('lost request');
      }
      await gateway.reconciler.round();
      backend.trouble(undefined);
      await wait(500);
    }
    expect(await isDrained(gateway.replica, { beganBeforeMs: fenceMs })).toBe(true);
  });
});
