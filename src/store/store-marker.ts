import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { ObjectStore, RecordStore } from '../domain/index.ts';
import type { Store } from './store.ts';

/** Where a store keeps its identity, among its records and among its bodies. */
export const MARKER_KEY = 'store/marker';

/** The identity that each half of a store carries; absent where that half has none. */
export interface StoreMarkers {
  readonly records: string | undefined;
  readonly objects: string | undefined;
}

/** Reads both halves of the marker. */
export async function readMarkers({ records, objects }: Store): Promise<StoreMarkers> {
  const [inRecords, inObjects] = await Promise.all([readRecordMarker(records), readObjectMarker(objects)]);
  return { records: inRecords, objects: inObjects };
}

/**
 * Gives both halves of the store one identity. Gateways may do so at once: they agree on the identity of the
 * first. The records come first, so that an interruption never looks like bodies without records.
 */
export async function writeMarkers(store: Store): Promise<void> {
  await store.records.swap(MARKER_KEY, undefined, randomUUID());
  const identity = await readRecordMarker(store.records);
  if (identity === undefined) throw new Error('the marker of the store was written and is not there');
  await store.objects.put(MARKER_KEY, { kind: 'memory', bytes: Buffer.from(identity) });
}

async function readRecordMarker(records: RecordStore): Promise<string | undefined> {
  const value = (await records.read(MARKER_KEY))?.value;
  return typeof value === 'string' ? value : undefined;
}

async function readObjectMarker(objects: ObjectStore): Promise<string | undefined> {
  const body = await objects.get(MARKER_KEY);
  return body && (await text(body.stream));
}
