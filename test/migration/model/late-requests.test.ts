import { describe, expect, it } from '@jest/globals';
import { uploadOf } from './model-backend.ts';
import { LEASE_MS } from './model-gateway.ts';
import { createPlacedGateway, everybodyIn } from './placed-gateway.ts';

type Placed = Awaited<ReturnType<typeof createPlacedGateway>>;

/** A put that the backend carries out only now, long after the gateway gave up waiting for its answer. */
async function arrives({ backend, person }: Placed, values: Readonly<Record<number, number>>): Promise<void> {
  const images = Object.entries(values).map(([slot, value]) => ({
    slot: Number(slot),
    upload: uploadOf(value),
  }));
  const subject = { kind: 'key', key: person.key } as const;
  await backend.as((act) => act()).carryOut({ kind: 'put-images', subject, images }, person);
}

/** What readers of the local store see, and what the backend has. */
async function both({ gateway, backend, person }: Placed, slot: number): Promise<readonly number[]> {
  return [await gateway.get(person, slot), backend.value(person.key, slot)];
}

describe('a request that the backend carries out late', () => {
  it('does not replace a newer picture of somebody who also wrote while dual-write was being reached', async () => {
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

  it('does not make a filler a picture where the gateway has come back to dual-write meanwhile', async () => {
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

  it('keeps the picture of a write that was given up where another slot is sent before the recheck', async () => {
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

  it('does not replace a newer picture after the process that sent it was killed', async () => {
    let found = 0;
    for (let steps = 1; steps < 30; steps += 1) {
      const placed = await createPlacedGateway('dual-write');
      const { gateway, person, backend, stand, settle, wait, start } = placed;
      await gateway.put(person, 0, 1);
      const killed = await start(async () => {});
      killed.process.killIn(steps, false);
      await killed.put(person, 0, 2).catch(() => {});
      const { intent } = (await gateway.replica.journal.read(person.key)) ?? {};
      if (!intent || backend.value(person.key, 0) !== 1) continue;
      found += 1;
      await wait(LEASE_MS + 1);
      await gateway.reconciler.round();
      await gateway.put(person, 0, 3);
      await arrives(placed, { 0: 2 });
      await settle(10);
      await stand(everybodyIn('switched'));
      expect(await both(placed, 0)).toEqual([3, 3]);
    }
    expect(found).toBeGreaterThan(0);
  });
});
