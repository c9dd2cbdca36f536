import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { ObjectStore, RecordStore, StoreCapabilities } from '../domain/index.ts';
import type { Store } from './store.ts';

/** What the commit protocol cannot do without, and what would happen if it had to. */
const REQUIRED: Readonly<Partial<Record<keyof StoreCapabilities, string>>> = {
  conditionalCreate: 'two uploads could share a body',
  conditionalReplace: 'an update could undo another that was acknowledged',
  orderedListing: 'maintenance could pass over bodies and records',
};

/** Where the probe works; no subject, dialect or tenant is ever named so. */
const PROBE_KEY = 'probe/commit-protocol';

/** Writers at once; each costs a start two synced writes. */
const RACERS = 4;

/** A backend that lacks what the commit protocol needs. */
export class UnfitStoreError extends Error {
  override readonly name = 'UnfitStoreError';
}

/**
 * Proves on the backend itself that it honours what its driver states: create-only bodies, one winner among racing swaps, reading
 * one's own writes, listing. Throws `UnfitStoreError` with the reason, before any picture is at stake. Gateways may probe at once.
 */
export async function probeStore({ objects, records }: Store): Promise<void> {
  for (const [capability, consequence] of Object.entries(REQUIRED)) {
    const stated = { ...objects.capabilities, ...records.capabilities };
    if (!stated[capability as keyof StoreCapabilities]) {
      throw new UnfitStoreError(`the store states no ${capability}: ${consequence}`);
    }
  }
  await probeObjects(objects);
  await probeRecords(records);
}

async function probeObjects(objects: ObjectStore): Promise<void> {
  const key = `${PROBE_KEY}-${randomBytes(8).toString('hex')}`;
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
    for await (const found of objects.list(key)) {
      if (found.key === key) return;
    }
    throw new UnfitStoreError('a body that was just created is not listed');
  } finally {
    await objects.delete(key);
  }
}

async function probeRecords(records: RecordStore): Promise<void> {
  const before = await records.read(PROBE_KEY);
  const values = Array.from({ length: RACERS }, () => randomBytes(8).toString('hex'));
  const results = await Promise.all(values.map((value) => records.swap(PROBE_KEY, before?.version, value)));
  const winners = values.filter((_, racer) => results[racer] !== 'conflict');
  if (winners.length > 1) throw new UnfitStoreError(`${winners.length} of ${RACERS} racers won one swap`);
  const after = await records.read(PROBE_KEY);
  if (!after || after.version === before?.version)
    throw new UnfitStoreError('a swap is not there to be read');
  // Nobody wins where another gateway probes at the same moment.
  if (winners.length === 1 && after.value !== winners[0] && values.some((value) => value === after.value)) {
    throw new UnfitStoreError('a swap that lost took effect');
  }
  if ((await records.swap(PROBE_KEY, before?.version, 'late')) !== 'conflict') {
    throw new UnfitStoreError('a swap against an old version took effect');
  }
}
