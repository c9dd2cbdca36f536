import { createHash } from 'node:crypto';
import type { Json, RecordStore } from '../../domain/index.ts';

/** Bytes of a subject key. */
const KEY_BYTES = 16;
/** People in one record of a list: 128 KiB in base64, where a record may have 256. */
const KEYS_PER_RECORD = 6_000;
const PREFIX = 'migration/cohorts/';

/**
 * A named list of people. The stage record holds this; records of their own, which never change, hold the
 * list itself, so that it may have any size. It is stored in records, not in a body, because backups and
 * copies of a store include every record.
 */
export type Cohort = {
  readonly kind: 'cohort';
  readonly name: string;
  /** The digest of the list as it is stored. It is also its place in the store. */
  readonly sha256: string;
  /** How many people are in it. */
  readonly size: number;
};

/** The people of a cohort. */
export interface CohortMembers {
  has(subjectKey: string): boolean;
  keys(): Iterable<string>;
}

/** Cohorts by their digest. */
export type Cohorts = ReadonlyMap<string, CohortMembers>;

/** Stores a list of subject keys, each once and in order. The same list is stored only once. */
export async function storeCohort(
  records: Pick<RecordStore, 'swap'>,
  name: string,
  subjectKeys: Iterable<string>,
): Promise<Cohort> {
  const sorted = [...new Set(subjectKeys)].sort();
  const bytes = Buffer.from(sorted.join(''), 'hex');
  if (bytes.byteLength !== sorted.length * KEY_BYTES) throw new Error('a cohort is a list of subject keys');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const step = KEYS_PER_RECORD * KEY_BYTES;
  for (let at = 0; at < bytes.byteLength; at += step) {
    const part = bytes.subarray(at, at + step).toString('base64');
    // A conflict means that the same list is stored already.
    await records.swap(partKey(sha256, at / step), undefined, { keys: part });
  }
  return { kind: 'cohort', name, sha256, size: sorted.length };
}

/** Reads a cohort's list. Throws where it is gone or differs from what the stage record says. */
export async function loadCohort(
  records: Pick<RecordStore, 'read'>,
  { name, sha256, size }: Cohort,
): Promise<CohortMembers> {
  const parts: Buffer[] = [];
  for (let part = 0; part * KEYS_PER_RECORD < size; part += 1) {
    const found = await records.read(partKey(sha256, part));
    if (!found || !isPart(found.value)) throw new Error(`the list of the cohort ${name} is not in the store`);
    parts.push(Buffer.from(found.value.keys, 'base64'));
  }
  const bytes = Buffer.concat(parts);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new Error(`the list of the cohort ${name} is damaged`);
  }
  return {
    has: (subjectKey) => isAmong(bytes, Buffer.from(subjectKey, 'hex')),
    *keys() {
      for (let at = 0; at < bytes.byteLength; at += KEY_BYTES)
        yield bytes.toString('hex', at, at + KEY_BYTES);
    },
  };
}

function partKey(sha256: string, part: number): string {
  return `${PREFIX}${sha256}/${String(part).padStart(6, '0')}`;
}

function isPart(value: Json): value is { readonly keys: string } {
  return typeof value === 'object' && value !== null && 'keys' in value && typeof value.keys === 'string';
}

/** Binary search: five million people take 80 MB and 23 comparisons. */
function isAmong(sorted: Buffer, key: Buffer): boolean {
  let low = 0;
  let high = sorted.byteLength / KEY_BYTES;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = sorted.compare(key, 0, key.byteLength, middle * KEY_BYTES, (middle + 1) * KEY_BYTES);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return false;
}
