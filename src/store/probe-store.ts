import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { ObjectStore, RecordStore, StoreCapabilities } from '../domain/index.ts';
import type { Store } from './store.ts';

/** The capabilities that the commit protocol needs, and what would happen without them. */
const REQUIRED: Readonly<Partial<Record<keyof StoreCapabilities, string>>> = {
  conditionalCreate: 'two uploads could share a body',
  conditionalReplace: 'an update could undo another that was acknowledged',
  orderedListing: 'maintenance could pass over bodies and records',
};

/** The key of the probe. No subject, dialect or tenant has such a name. */
const PROBE_KEY = 'probe/commit-protocol';

/**
 * How many writers race at once, and in how many rounds. Each write costs a start one synced file. One round
 * rarely catches an engine that checks first and then writes.
 */
const RACERS = 4;
const ROUNDS = 3;

/** In the order of a listing: `-`, `/` and `0` tell an order by code unit from an order by folder. */
const ORDERED = ['a-', 'a/b', 'a0'];

/** The backend lacks something that the commit protocol needs. */
export class UnfitStoreError extends Error {
  override readonly name = 'UnfitStoreError';
}

/**
 * Tests on the backend itself that it does what its driver states: create-only bodies, one winner among
 * racing swaps and removals, reading one's own writes, listing in order. Throws `UnfitStoreError` with the
 * reason, before any picture is stored. Gateways may probe at the same time.
 */
export async function probeStore({ objects, records }: Store): Promise<void> {
  for (const [capability, consequence] of Object.entries(REQUIRED)) {
    const stated = { ...objects.capabilities, ...records.capabilities };
    if (!stated[capability as keyof StoreCapabilities]) {
      throw new UnfitStoreError(`the store states no ${capability}: ${consequence}`);
    }
  }
  await endAll([probeObjects(objects), probeRecords(records)]);
}

async function probeObjects(objects: ObjectStore): Promise<void> {
  const place = `${PROBE_KEY}-${randomBytes(8).toString('hex')}`;
  await endAll([probeCreation(objects, place), probeOrder(objects, place)]);
}

/** Waits for every part, so that none is left running, and throws the first failure. */
async function endAll(parts: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(parts);
  await Promise.all(parts);
}

async function probeCreation(objects: ObjectStore, place: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const key = `${place}-${round}`;
    try {
      const results = await Promise.all(
        Array.from({ length: RACERS }, (_, racer) =>
          objects.put(key, { kind: 'memory', bytes: Buffer.from(String(racer)) }),
        ),
      );
      const created = results.filter((result) => result === 'created').length;
      if (created !== 1)
        throw new UnfitStoreError(`${created} of ${RACERS} racers created one and the same body`);
      const body = await objects.get(key);
      if (!body || (await text(body.stream)) !== String(results.indexOf('created'))) {
        throw new UnfitStoreError('a body is not what its creator put');
      }
    } finally {
      await objects.delete(key);
    }
  }
}

async function probeOrder(objects: ObjectStore, place: string): Promise<void> {
  const keys = ORDERED.map((end) => `${place}-order-${end}`);
  try {
    await Promise.all(keys.map((key) => objects.put(key, { kind: 'memory', bytes: Buffer.from('probe') })));
    const listed: string[] = [];
    for await (const { key } of objects.list(`${place}-order-`)) listed.push(key);
    if (listed.length < keys.length) throw new UnfitStoreError('a body that was just created is not listed');
    if (listed.join() !== keys.join()) throw new UnfitStoreError('a listing is not in order of the keys');
  } finally {
    await Promise.all(keys.map((key) => objects.delete(key)));
  }
}

async function probeRecords(records: RecordStore): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    await raceChanges(records, { withRemoval: false });
    await raceChanges(records, { withRemoval: true });
    const left = await records.read(PROBE_KEY);
    if (left) await removeTwice(records, left.version);
    await raceChanges(records, { withRemoval: false });
  }
}

/**
 * One engine reports every removal as done. Then a removal that lost against an update would count as done.
 */
async function removeTwice(records: RecordStore, version: string): Promise<void> {
  await records.remove(PROBE_KEY, version);
  if ((await records.remove(PROBE_KEY, version)) !== 'conflict')
    throw new UnfitStoreError('a record that was removed already is said to be removed once more');
}

/**
 * Races swaps and a removal against the present version. Other gateways may probe the same record. Only what
 * they cannot cause counts as a fault.
 */
async function raceChanges(
  records: RecordStore,
  { withRemoval }: { readonly withRemoval: boolean },
): Promise<void> {
  const version = (await records.read(PROBE_KEY))?.version;
  const values = Array.from({ length: RACERS }, () => randomBytes(8).toString('hex'));
  const [removal, ...swaps] = await Promise.all([
    withRemoval && version !== undefined ? records.remove(PROBE_KEY, version) : ('conflict' as const),
    ...values.map((value) => records.swap(PROBE_KEY, version, value)),
  ]);
  const winners = values.filter((_, racer) => swaps[racer] !== 'conflict');
  const won = winners.length + (removal === 'conflict' ? 0 : 1);
  if (won > 1) throw new UnfitStoreError(`${won} of ${RACERS} racers won one change of a record`);
  if (won === 0) return;
  const after = await records.read(PROBE_KEY);
  if (version !== undefined && after?.version === version)
    throw new UnfitStoreError('a change is not there to be read');
  if (after && after.value !== winners[0] && values.some((value) => value === after.value)) {
    throw new UnfitStoreError('a change that lost took effect');
  }
  if (version !== undefined && (await records.swap(PROBE_KEY, version, 'late')) !== 'conflict') {
    throw new UnfitStoreError('a swap against an old version took effect');
  }
  if (version !== undefined && (await records.remove(PROBE_KEY, version)) !== 'conflict') {
    throw new UnfitStoreError('an old version of a record is said to be removed');
  }
}
