import { describe, expect, it } from '@jest/globals';
import { absorbPictures } from '../../../src/core/absorb-pictures.ts';
import type { CoreParts } from '../../../src/core/core-parts.ts';
import { changeSubjectRecord, readSubjectRecord } from '../../../src/core/subject-records.ts';
import type { Subject } from '../../../src/domain/index.ts';
import { notePending } from '../../../src/migration/replicas/note-pending.ts';
import { reconcileEntry } from '../../../src/migration/replicas/reconcile-entry.ts';
import { createReconciler } from '../../../src/migration/replicas/reconciler.ts';
import { isDrained } from '../../../src/migration/replicas/unfinished-writes.ts';
import { STEADY } from '../../../src/migration/stages/write-policy.ts';
import { subjectAt } from './model-parts.ts';
import { createPlacedGateway, type Placed } from './placed-gateway.ts';

async function absorb({ records, objects }: Placed, from: string, to: string): Promise<void> {
  // Background work only tidies up after a merge.
  const parts = { records, objects, background: { run: () => {} } } as unknown as CoreParts;
  await absorbPictures(parts, from, to);
}

/** Merges somebody whose newest picture the backend lacks into another person. */
async function absorbOwing(placed: Placed) {
  const { gateway } = placed;
  const [survivor, merged] = [subjectAt(0), subjectAt(1)];
  await gateway.put(survivor, 0, 1);
  await gateway.put(merged, 0, 5);
  await gateway.putThroughAnother(merged, 1, 6);
  await absorb(placed, merged.key, survivor.key);
  return { survivor, merged };
}

/** The same, and the merged person's entry is worked on. */
async function mergeOwing(placed: Placed): Promise<Subject> {
  const { replica } = placed.gateway;
  const { survivor, merged } = await absorbOwing(placed);
  const entry = await replica.journal.read(merged.key);
  if (!entry) throw new Error('the merged person has an entry');
  await reconcileEntry(replica, entry, survivor, STEADY['dual-write']);
  return survivor;
}

describe('a merge during a migration', () => {
  it('what a person who was merged owed is sent for the survivor', async () => {
    const placed = await createPlacedGateway('dual-write');
    const { gateway, backend, settle, records } = placed;
    const survivor = await mergeOwing(placed);
    await settle(60);
    const { record } = await readSubjectRecord(records, survivor.key);
    const entry = await gateway.replica.journal.read(survivor.key);
    expect([record?.pendingReplicas, entry, backend.value(survivor.key, 1)]).toEqual([{}, undefined, 6]);
  });

  it('what a person who was merged owed keeps no fence waiting', async () => {
    const placed = await createPlacedGateway('dual-write');
    const { gateway, backend, settle, wait } = placed;
    const survivor = await mergeOwing(placed);
    backend.trouble('lost request');
    await gateway.put(survivor, 0, 2).catch(() => {});
    backend.trouble('refuses');
    await wait(1_000);
    await gateway.reconciler.round();
    await settle(60);
    expect(await isDrained(gateway.replica)).toBe(true);
  });

  it('the entry of a person who was merged is worked on in the stage of the survivor', async () => {
    const { gateway, records } = await createPlacedGateway('dual-write');
    const [survivor, merged] = [subjectAt(0), subjectAt(1)];
    await gateway.put(merged, 0, 5);
    await gateway.putThroughAnother(merged, 1, 6);
    await gateway.put(survivor, 0, 1);
    await gateway.putThroughAnother(survivor, 1, 2);
    const { backend: _none, ...replica } = gateway.replica;
    const refuses = () => Promise.reject(new Error('the backend is away'));
    const away = { ...replica, backend: { ...gateway.replica.backend, carryOut: refuses, fetch: refuses } };
    await createReconciler({
      replica: away,
      subjectOf: async () => survivor,
      policyOf: async (key) => (key === survivor.key ? STEADY['dual-write'] : STEADY.shadow),
    }).round();
    const { record } = await readSubjectRecord(records, survivor.key);
    expect(record?.pendingReplicas?.[replica.replica]).toBeDefined();
  });

  it('an absorbed picture reaches the backend although the survivor was written first', async () => {
    const placed = await createPlacedGateway('switched');
    const { gateway, backend, settle } = placed;
    const [survivor, merged] = [subjectAt(0), subjectAt(1)];
    await gateway.put(survivor, 0, 1);
    await gateway.put(merged, 0, 4);
    await gateway.put(merged, 1, 5);
    await settle(1);
    await absorb(placed, merged.key, survivor.key);
    await gateway.put(survivor, 0, 2);
    await notePending(gateway.replica, survivor);
    await settle(10);
    expect([await gateway.get(survivor, 1), backend.value(survivor.key, 1)]).toEqual([5, 5]);
  });

  it('an upload that was under way to the merged person leaves the absorbed picture to be sent', async () => {
    const placed = await createPlacedGateway('switched');
    const { gateway, backend, settle, records } = placed;
    const [survivor, merged] = [subjectAt(0), subjectAt(1)];
    await gateway.put(survivor, 0, 1);
    await gateway.put(merged, 0, 4);
    await gateway.put(merged, 1, 5);
    await settle(1);
    await changeSubjectRecord(
      records,
      merged,
      await readSubjectRecord(records, merged.key),
      (record) => ({ ...record, generation: record.generation + 1, mergedInto: survivor.key }),
      () => false,
    );
    await gateway.put(merged, 0, 2);
    await notePending(gateway.replica, survivor);
    await settle(10);
    expect([await gateway.get(survivor, 0), backend.value(survivor.key, 0)]).toEqual([2, 2]);
    expect([await gateway.get(survivor, 1), backend.value(survivor.key, 1)]).toEqual([5, 5]);
  });

  it('a merged person in switched is no longer unfinished where the survivor is in complete', async () => {
    const placed = await createPlacedGateway('switched');
    const { gateway, backend, wait } = placed;
    const [survivor, merged] = [subjectAt(0), subjectAt(1)];
    await gateway.put(survivor, 0, 1);
    await gateway.put(merged, 0, 4);
    await wait(1000);
    await gateway.reconciler.round();
    await gateway.put(merged, 1, 5);
    await absorb(placed, merged.key, survivor.key);
    const reconciler = createReconciler({
      replica: gateway.replica,
      subjectOf: async () => survivor,
      policyOf: async (key) => (key === survivor.key ? STEADY.complete : STEADY.switched),
    });
    for (let round = 0; round < 50; round += 1) {
      await wait(5_000);
      await reconciler.round();
    }
    const concerns = (key: string) => key === merged.key;
    expect(backend.writes).toBeGreaterThan(0);
    expect(await isDrained(gateway.replica, { concerns })).toBe(true);
  });

  it('what a merged person owed is sent with growing pauses while the backend is away', async () => {
    const placed = await createPlacedGateway('dual-write');
    const { gateway } = placed;
    const { survivor } = await absorbOwing(placed);
    let asked = 0;
    const refuses = () => {
      asked += 1;
      return Promise.reject(new Error('the backend is away'));
    };
    const replica = {
      ...gateway.replica,
      backend: { ...gateway.replica.backend, carryOut: refuses, fetch: refuses },
    };
    const reconciler = createReconciler({
      replica,
      subjectOf: async () => survivor,
      policyOf: async () => STEADY['dual-write'],
    });
    // Ten seconds, with a round every 250 ms.
    for (let round = 0; round < 40; round += 1) {
      await placed.wait(250);
      await reconciler.round();
    }
    expect(asked).toBeLessThan(10);
  });

  it('what the merged person owed is sent where the survivor is written through another dialect first', async () => {
    const placed = await createPlacedGateway('dual-write');
    const { gateway, backend, settle } = placed;
    const { survivor } = await absorbOwing(placed);
    await gateway.putThroughAnother(survivor, 0, 9);
    await settle(10);
    expect([backend.value(survivor.key, 0), backend.value(survivor.key, 1)]).toEqual([9, 6]);
  });
});
