import { describe, expect, it } from '@jest/globals';
import { readSubjectRecord } from '../../../src/core/subject-records.ts';
import { createMigrationKeeper } from '../../../src/migration/forget-person.ts';
import { KEEP_TOUCHED_MS } from '../../../src/migration/journal/journal.ts';
import { verifyList } from '../../../src/migration/lists/verify-list.ts';
import { resyncSinceComplete } from '../../../src/migration/operate/resync.ts';
import { isDrained } from '../../../src/migration/replicas/unfinished-writes.ts';
import { NAME } from './model-parts.ts';
import { arrives, createPlacedGateway, everybodyIn } from './placed-gateway.ts';

const REACHING_DUAL_WRITE = {
  ...everybodyIn('shadow'),
  change: { to: everybodyIn('dual-write').rollout, phase: 0, startedAtMs: 0 },
} as const;

describe('work that a later stage finds', () => {
  it('verify --repair that is still running in complete leaves the pictures that were written there', async () => {
    const { gateway, person, stand } = await createPlacedGateway('dual-write');
    await gateway.put(person, 0, 1);
    await stand(everybodyIn('complete'));
    await gateway.put(person, 0, 2);
    const { report } = await verifyList(gateway.operated, [person.id], {
      repair: true,
      concurrency: 1,
      restart: false,
      acceptsEmpty: false,
      signal: new AbortController().signal,
      pause: async () => {},
    });
    expect(report).toMatchObject({ repaired: 0, differences: { different: 1 } });
    expect(await gateway.get(person, 0)).toBe(2);
  });

  it('a picture that was pending on the way back to shadow is not sent over those that clients sent there', async () => {
    const { gateway, person, backend, stand, settle, records } = await createPlacedGateway('switched');
    await gateway.put(person, 0, 7);
    await settle(1);
    backend.trouble('down');
    await gateway.put(person, 1, 1);
    await settle(1);
    backend.trouble(undefined);
    await stand(everybodyIn('shadow'));
    await settle(2);
    await gateway.put(person, 1, 2);
    await stand(everybodyIn('dual-write'));
    await settle(40);
    expect(backend.value(person.key, 1)).toBe(2);
    const { record } = await readSubjectRecord(records, person.key);
    expect(record?.pendingReplicas).toEqual({});
    expect(await isDrained(gateway.replica)).toBe(true);
    expect(await gateway.replica.journal.read(person.key)).toBeUndefined();
  });

  it('a write through another dialect in the last phase of the way to shadow leaves nothing pending', async () => {
    const { gateway, person, stand, records } = await createPlacedGateway('dual-write');
    await gateway.put(person, 0, 1);
    const { rollout } = everybodyIn('dual-write');
    await stand({ rollout, change: { to: everybodyIn('shadow').rollout, phase: 1, startedAtMs: 0 } });
    await gateway.putThroughAnother(person, 0, 2);
    const { record } = await readSubjectRecord(records, person.key);
    expect(record?.pendingReplicas?.[gateway.replica.replica]).toBeUndefined();
  });

  it('the receipt of an erasure says that a write without an answer may still arrive at the backend', async () => {
    const { gateway, person, backend, wait } = await createPlacedGateway('dual-write');
    await gateway.put(person, 0, 1);
    const { at, core } = gateway.operated;
    const keeper = createMigrationKeeper(at, core);
    const { tenant, key, id, aliases } = person;
    const forget = () => keeper.forget({ tenant, keys: [key], id, aliases, formerly: {} });
    backend.trouble('lost request');
    await gateway.put(person, 0, 2).catch(() => {});
    await wait(1_000);
    expect((await forget()).left).toEqual([
      `the picture that the backend behind ${NAME.dialect} may have (a write that got no answer may still arrive), and what else it knows`,
    ]);
    expect(backend.value(person.key, 0)).toBe(0);
    expect((await forget()).left).toEqual([
      `what the backend behind ${NAME.dialect} knows beside the picture`,
    ]);
  });

  it('a picture that another dialect wrote in shadow is not sent over those that clients sent there', async () => {
    const placed = await createPlacedGateway('dual-write');
    const { gateway, person, backend, stand, settle } = placed;
    await gateway.put(person, 0, 1);
    await gateway.putThroughAnother(person, 1, 11);
    await settle(1);
    await stand(everybodyIn('shadow'));
    await settle(2);
    // The one reaches the local store alone, the other the backend alone.
    await gateway.putThroughAnother(person, 0, 2);
    await gateway.put(person, 0, 3);
    await stand(everybodyIn('dual-write'));
    await gateway.putThroughAnother(person, 1, 12);
    await settle(5);
    expect([backend.value(person.key, 0), backend.value(person.key, 1)]).toEqual([3, 12]);
  });

  it('a picture that was streamed over while dual-write was being reached is not sent again with another slot', async () => {
    const placed = await createPlacedGateway('shadow');
    const { gateway, person, backend, stand, settle } = placed;
    await arrives(placed, { 0: 9, 1: 9 });
    await stand(REACHING_DUAL_WRITE);
    await gateway.put(person, 0, 1);
    // Another gateway still streams.
    await arrives(placed, { 0: 2 });
    await gateway.putThroughAnother(person, 1, 11);
    await stand(everybodyIn('dual-write'));
    await settle(10);
    expect([backend.value(person.key, 0), backend.value(person.key, 1)]).toEqual([2, 11]);
  });

  it('a fence waits for the look at a write that began before it and was sent after it', async () => {
    const placed = await createPlacedGateway('dual-write');
    const { gateway, person, backend, wait, nowMs } = placed;
    await gateway.put(person, 0, 1);
    await gateway.putThroughAnother(person, 0, 2);
    const fenceMs = nowMs() + 1_000;
    await wait(10_000);
    backend.trouble('lost request');
    await gateway.reconciler.round();
    await wait(1_000);
    await gateway.reconciler.round();
    expect(await isDrained(gateway.replica, { beganBeforeMs: fenceMs })).toBe(false);
  });

  it.each([
    ['just before', 1],
    ['long before', 40],
  ])(
    'a picture written in complete reaches the backend although another gateway was still in switched, after a write %s',
    async (_when, rounds) => {
      const placed = await createPlacedGateway('switched');
      const { gateway, person, backend, stand, settle, start, nowMs } = placed;
      await gateway.put(person, 0, 1);
      await gateway.put(person, 1, 11);
      await settle(rounds);
      const other = await start(async () => {});
      await stand(everybodyIn('complete'));
      await gateway.put(person, 1, 12);
      await other.put(person, 0, 2);
      await other.reconciler.round();
      await stand({ ...everybodyIn('switched'), resyncSinceMs: nowMs() });
      await resyncSinceComplete(gateway.operated);
      await settle(10);
      expect([await gateway.get(person, 0), await gateway.get(person, 1)]).toEqual([2, 12]);
      expect([backend.value(person.key, 0), backend.value(person.key, 1)]).toEqual([2, 12]);
      await stand(everybodyIn('dual-write'));
      expect(await gateway.get(person, 1)).toBe(12);
    },
  );

  it('a picture that was owed and is sent during an upload takes no older one along', async () => {
    for (let moment = 0; moment <= 10; moment += 1) {
      const placed = await createPlacedGateway('dual-write');
      const { gateway, person, backend, stand, settle, wait, start } = placed;
      let left = Number.POSITIVE_INFINITY;
      const other = await start(async () => {
        left -= 1;
        if (left === -1) await settle(1);
      });
      await gateway.put(person, 0, 1);
      await gateway.put(person, 1, 11);
      await settle(40);
      await stand(everybodyIn('shadow'));
      await settle(2);
      // The local store does not hear of this one.
      await gateway.put(person, 1, 13);
      await stand(everybodyIn('dual-write'));
      await gateway.putThroughAnother(person, 0, 2);
      await wait(KEEP_TOUCHED_MS + 1_000);
      await other.watch.refresh();
      left = moment;
      await other.putThroughAnother(person, 0, 3);
      await settle(5);
      const there = [backend.value(person.key, 0), backend.value(person.key, 1)];
      expect({ moment, there }).toEqual({ moment, there: [3, 13] });
    }
  });
});
