import type { ProfileImage, SlotState, StoredPicture, SubjectRecord } from '../domain/index.ts';
import { bodiesNamedBy } from './body-references.ts';
import type { CoreParts } from './core-parts.ts';
import { discardBodies } from './discard-bodies.ts';
import { notePendingReplicas } from './note-pending-replicas.ts';
import { bodyKey, parseBodyKey } from './storage-keys.ts';
import { changeSubjectRecord, readSubjectRecord } from './subject-records.ts';
import { lastVersion, writeTombstones } from './write-tombstones.ts';

type Parts = Pick<CoreParts, 'records' | 'objects' | 'background'>;

/**
 * Moves the pictures of a merged person (the source) to the survivor. It copies the bodies, swaps the
 * survivor's record, and leaves only tombstones in the source's record. A slot that the survivor never wrote
 * gets the source's picture. Where both have a picture, the newer one stays. Every step can be repeated, also
 * by several processes at once.
 */
export async function absorbPictures(parts: Parts, sourceKey: string, survivorKey: string): Promise<void> {
  const source = await readSubjectRecord(parts.records, sourceKey);
  if (!source.record || isEmptied(source.record)) return;
  const { record } = source;
  const start = await readSubjectRecord(parts.records, survivorKey);
  const isAbsorbed = (survivor: SubjectRecord) => survivor.absorbed?.includes(sourceKey) === true;
  if (!start.record || !isAbsorbed(start.record)) {
    await changeSubjectRecord(
      parts.records,
      { key: survivorKey, tenant: record.tenant, id: start.record?.subjectId ?? '' },
      start,
      async (survivor) =>
        isAbsorbed(survivor) ? undefined : withPictures(parts, survivor, survivorKey, record, sourceKey),
      isAbsorbed,
    );
  }
  await emptyRecordOf(parts, sourceKey);
}

/** Which slots of the source the survivor takes over. */
export function slotsToAdopt(
  survivor: SubjectRecord | undefined,
  source: SubjectRecord | undefined,
): string[] {
  return Object.entries(source?.slots ?? {}).flatMap(([slot, theirs]) => {
    const own = survivor?.slots[slot];
    if (!own) return [slot];
    return theirs.kind === 'image' && theirs.image.writtenAtMs > writtenAtMs(own) ? [slot] : [];
  });
}

function writtenAtMs(state: SlotState): number {
  return state.kind === 'image' ? state.image.writtenAtMs : state.tombstone.deletedAtMs;
}

async function withPictures(
  parts: Parts,
  survivor: SubjectRecord,
  survivorKey: string,
  source: SubjectRecord,
  sourceKey: string,
): Promise<SubjectRecord> {
  const generation = survivor.generation + 1;
  const slots: Record<string, SlotState> = { ...survivor.slots };
  for (const slot of slotsToAdopt(survivor, source)) {
    const theirs = source.slots[slot];
    if (!theirs) continue;
    const own = lastVersion(slots[slot]);
    if (theirs.kind === 'tombstone') {
      slots[slot] = { kind: 'tombstone', tombstone: { ...theirs.tombstone, generation } };
      continue;
    }
    const image = await copyImage(parts, theirs.image, survivorKey);
    if (!image) continue;
    const version = Math.max(image.version, (own?.version ?? 0) + 1);
    slots[slot] = {
      kind: 'image',
      image: { ...image, version, generation, handle: own?.handle ?? image.handle },
    };
  }
  const absorbed = [...(survivor.absorbed ?? []), sourceKey];
  // Replicas that lack the source's newest pictures must get them from the survivor.
  const owed = Object.keys(source.pendingReplicas ?? {});
  return notePendingReplicas({ ...survivor, generation, slots, absorbed }, owed, Date.now());
}

/** The image with bodies under the survivor's key; `undefined` where the original is gone. */
async function copyImage(
  parts: Parts,
  image: ProfileImage,
  survivorKey: string,
): Promise<ProfileImage | undefined> {
  const original = await copyPicture(parts, image.original, survivorKey);
  if (!original) return undefined;
  const renditions: Record<string, StoredPicture> = {};
  for (const [name, picture] of Object.entries(image.renditions)) {
    const copied = await copyPicture(parts, picture, survivorKey);
    if (copied) renditions[name] = copied;
  }
  return { ...image, original, renditions };
}

async function copyPicture(
  { objects }: Parts,
  picture: StoredPicture,
  survivorKey: string,
): Promise<StoredPicture | undefined> {
  const body = parseBodyKey(picture.key);
  if (!body) throw new Error('a body whose key is not one');
  const key = bodyKey({ ...body, subjectKey: survivorKey }, picture.sha256);
  const found = await objects.get(picture.key);
  if (!found) return undefined;
  await objects.put(key, { kind: 'stream', stream: found.stream as AsyncIterable<Uint8Array> });
  return { ...picture, key };
}

function isEmptied({ slots }: SubjectRecord): boolean {
  return Object.values(slots).every(({ kind }) => kind === 'tombstone');
}

async function emptyRecordOf(parts: Parts, key: string): Promise<void> {
  const start = await readSubjectRecord(parts.records, key);
  if (!start.record) return;
  const change = await changeSubjectRecord(
    parts.records,
    { key, tenant: start.record.tenant, id: start.record.subjectId },
    start,
    (record) => (isEmptied(record) ? undefined : withoutPictures(record)),
    isEmptied,
  );
  if (change) discardBodies(parts, [...bodiesNamedBy(change.before)]);
}

/** The record with a tombstone in every slot that was ever written, and nothing that names the person. */
export function withoutPictures(record: SubjectRecord, deletedAtMs = Date.now()): SubjectRecord {
  const slots = Object.keys(record.slots).map(Number);
  return writeTombstones({ ...record, subjectId: '' }, slots, { deletedAtMs, newId: () => '0'.repeat(32) });
}
