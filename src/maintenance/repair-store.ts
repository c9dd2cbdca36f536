import { randomUUID } from 'node:crypto';
import { BODY_PREFIX, parseBodyKey, subjectKeyOf } from '../core/storage-keys.ts';
import { type Json, type ProfileImage, StoreError, type SubjectRecord } from '../domain/index.ts';
import type { CheckedStore, Finding } from './finding.ts';
import { keepBodiesOf } from './kept-bodies.ts';
import { readCheckedRecord } from './read-checked-record.ts';
import { rebuildRecord } from './rebuild-record.ts';

const CHANGED = 'the record has changed meanwhile';

/** How many originals of a record that is set aside are named. */
const MOST_ORIGINALS = 4;

/**
 * Repairs what a check found, and says what was done; in a dry run, what would be done. Pictures are never
 * deleted. A damaged record is rebuilt from what it still says and from its bodies, or set aside, so that its
 * person can upload again. A damaged rendition is deleted, and rendered again from its original at the next
 * read. A damaged original cannot be repaired here.
 */
export async function repairFinding(store: CheckedStore, finding: Finding, dryRun: boolean): Promise<string> {
  if (finding.damage === 'record-unreadable') return await repairRecord(store, finding.record, dryRun);
  return await forgetRendition(store, finding, dryRun);
}

async function repairRecord(store: CheckedStore, key: string, dryRun: boolean): Promise<string> {
  const readable = await store.records.read(key).catch((cause: unknown) => {
    if (cause instanceof StoreError && cause.reason === 'damaged') return undefined;
    throw cause;
  });
  const rebuilt = readable && (await rebuildRecord(store.objects, key, readable.value));
  if (dryRun && rebuilt) return `the record would be rebuilt: ${rebuilt.slots.join(', ')}`;
  // This comes first: the bodies that the record names must outlive it.
  if (!dryRun) await keepBodiesOf(store.records, key);
  if (readable && rebuilt) {
    const aside = await keepDocument(store, key, readable.value);
    const swapped = await store.records.swap(key, readable.version, rebuilt.record);
    return swapped === 'conflict'
      ? CHANGED
      : `the record was rebuilt: ${rebuilt.slots.join(', ')}; as it was it is kept as ${aside}`;
  }
  const originals = await originalsOf(store, key);
  const kept = originals.length === 0 ? '' : `; its originals are ${originals.join(', ')}`;
  if (dryRun) return `the record would be set aside; its person can then upload again${kept}`;
  return `${await setAside(store, key, readable)}${kept}`;
}

/**
 * A document that this release does not know is kept as a body. Any other damage goes where the store puts
 * it.
 */
async function setAside(
  store: CheckedStore,
  key: string,
  readable: { readonly value: Json; readonly version: string } | undefined,
): Promise<string> {
  if (readable) {
    const aside = await keepDocument(store, key, readable.value);
    const result = await store.records.remove(key, readable.version);
    return result === 'removed' ? `the record was set aside as ${aside}` : CHANGED;
  }
  if (!store.setAside) return 'records of this store cannot be set aside';
  const place = await store.setAside(key);
  return place === undefined ? CHANGED : `the record was set aside as ${place}`;
}

async function keepDocument({ objects }: CheckedStore, key: string, document: Json): Promise<string> {
  const aside = `set-aside/${key}.${randomUUID()}`;
  await objects.put(aside, { kind: 'memory', bytes: Buffer.from(JSON.stringify(document)) });
  return aside;
}

/** The first few originals of a person's pictures, in any condition. */
async function originalsOf({ objects }: CheckedStore, key: string): Promise<string[]> {
  const originals: string[] = [];
  for await (const body of objects.list(`${BODY_PREFIX}${subjectKeyOf(key)}/`)) {
    if (parseBodyKey(body.key)?.rendition === 'original') originals.push(body.key);
    if (originals.length === MOST_ORIGINALS) break;
  }
  return originals;
}

async function forgetRendition(
  store: CheckedStore,
  { record: key, body }: Finding,
  dryRun: boolean,
): Promise<string> {
  const read = await readCheckedRecord(store.records, key);
  if (read.kind !== 'good' || body === undefined) return CHANGED;
  if (isOriginal(read.record, body))
    return 'an original cannot be repaired: restore it from a backup, or upload again';
  if (dryRun) return 'the rendition would be forgotten and rendered anew at its next read';
  const next = { ...read.record, slots: slotsWithout(read.record, body) };
  if ((await store.records.swap(key, read.version, next)) === 'conflict') return CHANGED;
  // Otherwise the next rendition with the same bytes would find the damaged one in its place.
  await store.objects.delete(body);
  return 'the rendition was forgotten; it is rendered anew at its next read';
}

function isOriginal(record: SubjectRecord, body: string): boolean {
  return Object.values(record.slots).some(
    (state) => state.kind === 'image' && state.image.original.key === body,
  );
}

function slotsWithout(record: SubjectRecord, body: string): SubjectRecord['slots'] {
  return Object.fromEntries(
    Object.entries(record.slots).map(([slot, state]) => [
      slot,
      state.kind === 'image' ? { ...state, image: imageWithout(state.image, body) } : state,
    ]),
  );
}

function imageWithout(image: ProfileImage, body: string): ProfileImage {
  const renditions = Object.entries(image.renditions).filter(([, { key }]) => key !== body);
  return { ...image, renditions: Object.fromEntries(renditions) };
}
