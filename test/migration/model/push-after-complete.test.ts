import { describe, expect, it } from '@jest/globals';
import { resyncSinceComplete } from '../../../src/migration/operate/resync.ts';
import { uploadOf } from './model-backend.ts';
import { createPlacedGateway, everybodyIn } from './placed-gateway.ts';

/**
 * Somebody who was never copied has pictures at the backend, writes another slot in `complete`, and comes back to `switched`. `onHop` is
 * awaited before each operation of the process that pushes.
 */
async function comeBack(atBackend: readonly number[], written: number, onHop: () => Promise<void>) {
  const placed = await createPlacedGateway('pass-through');
  const { gateway, person, stand } = placed;
  for (const slot of atBackend) await gateway.put(person, slot, 10 + slot);
  await stand(everybodyIn('complete'));
  await gateway.put(person, written, 20 + written);
  await stand({ ...everybodyIn('switched'), resyncSinceMs: 1 });
  await resyncSinceComplete(gateway.operated);
  await gateway.watch.refresh();
  return { ...placed, pusher: await placed.start(onHop) };
}

describe('a person who was never copied and wrote first in complete', () => {
  it.each([
    ['before', 0, 1],
    ['after', 1, 0],
  ])(
    'a person who was never copied finds the picture in a slot %s the written one again, here and at the backend',
    async (_where, left, written) => {
      const { backend, gateway, pusher, person } = await comeBack([left], written, async () => {});
      await pusher.reconciler.round();
      for (const slot of [left, written]) {
        const value = slot === left ? 10 + left : 20 + written;
        expect([await gateway.get(person, slot), backend.value(person.key, slot)]).toEqual([value, value]);
      }
    },
  );

  it.each([
    ['with a picture there', [0]],
    ['with none there', []],
  ] as const)(
    'a person who was never copied keeps what they write at any moment of the push that follows the backend, %s',
    async (_what, atBackend) => {
      let moments = 0;
      for (let moment = 1; moment <= moments + 1; moment += 1) {
        let hops = 0;
        const parts: { write?: () => Promise<unknown> } = {};
        const { backend, gateway, pusher, person, settle } = await comeBack(atBackend, 1, async () => {
          hops += 1;
          if (hops === moment) await parts.write?.();
        });
        hops = 0;
        parts.write = () => gateway.put(person, 0, 99);
        await pusher.reconciler.round();
        moments = Math.max(moments, hops >= moment ? moment : 0);
        await settle();
        if (hops < moment) continue;
        expect({ moment, here: await gateway.get(person, 0) }).toEqual({ moment, here: 99 });
        expect({ moment, there: backend.value(person.key, 1) }).toEqual({ moment, there: 21 });
      }
      expect(moments).toBeGreaterThan(10);
    },
  );

  it('a person who was never copied does not get a filler as a picture where the request of a push arrives late', async () => {
    const { backend, gateway, pusher, person, settle } = await comeBack([], 1, async () => {});
    backend.trouble('lost request');
    await pusher.reconciler.round();
    await settle(1);
    expect([backend.value(person.key, 0), backend.value(person.key, 1)]).toEqual([0, 21]);
    // The request that got no answer: it fills slot 0 so that slot 1 can be reached.
    const images = [0, 1].map((slot) => ({ slot, upload: uploadOf(21) }));
    const late = { kind: 'put-images', subject: { kind: 'key', key: person.key }, images } as const;
    await backend.as((act) => act()).carryOut(late, person);
    await settle();
    expect(await gateway.get(person, 0)).toBe(0);
    expect([backend.value(person.key, 0), backend.value(person.key, 1)]).toEqual([0, 21]);
  });
});
