import { createHash } from 'node:crypto';
import { BODY_PREFIX, subjectKeyOf } from '../core/storage-keys.ts';
import {
  isJsonObject,
  type Json,
  type JsonObject,
  type ObjectStore,
  type SubjectRecord,
} from '../domain/index.ts';
import { faultOf, isBody, isSlotState } from './read-checked-record.ts';

/** A record that was repaired. */
export interface RebuiltRecord {
  readonly record: SubjectRecord;
  /** What became of each damaged slot, for the operator. */
  readonly slots: readonly string[];
}

/**
 * Rebuilds a damaged record from what it still says and from the bodies that exist. `undefined` where it no
 * longer says who its person is and which pictures it held. Bodies alone do not show whether a picture was
 * accepted, deleted, replaced or never acknowledged (docs/decisions/0409).
 */
export async function rebuildRecord(
  objects: ObjectStore,
  key: string,
  damaged: Json,
): Promise<RebuiltRecord | undefined> {
  if (!isJsonObject(damaged) || !isJsonObject(damaged.slots)) return undefined;
  const slots: Record<string, Json> = {};
  const told: string[] = [];
  for (const [slot, state] of Object.entries(damaged.slots)) {
    if (isSlotState(state)) {
      slots[slot] = state ?? null;
      continue;
    }
    const rebuilt = await rebuildImage(objects, key, state);
    if (rebuilt) slots[slot] = rebuilt;
    told.push(rebuilt ? `slot ${slot} from its body` : `slot ${slot} is empty now`);
  }
  const record = { ...damaged, slots };
  const isRepairable = told.length > 0 && faultOf(record) === undefined;
  return isRepairable ? { record: record as unknown as SubjectRecord, slots: told } : undefined;
}

/** The image with the facts of its original that the body itself proves, and without broken renditions. */
async function rebuildImage(
  objects: ObjectStore,
  recordKey: string,
  state: Json | undefined,
): Promise<JsonObject | undefined> {
  if (!isJsonObject(state) || state.kind !== 'image' || !isJsonObject(state.image)) return undefined;
  const { image } = state;
  const original = isBody(image.original)
    ? image.original
    : await findOriginal(objects, subjectKeyOf(recordKey), image);
  if (original === undefined) return undefined;
  const renditions = isJsonObject(image.renditions) ? Object.entries(image.renditions) : [];
  return {
    kind: 'image',
    image: {
      ...image,
      original,
      renditions: Object.fromEntries(renditions.filter(([, body]) => isBody(body))),
    },
  };
}

/** The only original of the image that exists, if its bytes have the digest in its key. */
async function findOriginal(
  objects: ObjectStore,
  subjectKey: string,
  { id, original }: JsonObject,
): Promise<JsonObject | undefined> {
  if (typeof id !== 'string' || !isJsonObject(original) || !hasPictureFacts(original)) return undefined;
  const keys: string[] = [];
  for await (const facts of objects.list(`${BODY_PREFIX}${subjectKey}/${id}/original.`)) keys.push(facts.key);
  const [key, ...others] = keys;
  const open = key !== undefined && others.length === 0 ? await objects.get(key) : undefined;
  if (key === undefined || !open) return undefined;
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of open.stream) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const sha256 = hash.digest('hex');
  return key.endsWith(`.${sha256.slice(0, 16)}`) ? { ...original, key, bytes, sha256 } : undefined;
}

/** Whether the facts are there that only a decoder could find again. */
function hasPictureFacts({ format, width, height }: JsonObject): boolean {
  return typeof format === 'string' && typeof width === 'number' && typeof height === 'number';
}
