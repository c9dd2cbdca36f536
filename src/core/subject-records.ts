import { setTimeout as pause } from 'node:timers/promises';
import {
  type Json,
  type OpenedSubject,
  ProblemError,
  type RecordStore,
  type Subject,
  type SubjectRecord,
} from '../domain/index.ts';
import { recordKey } from './storage-keys.ts';

/** A subject's record and the version to swap it against; both absent where nothing was ever written. */
export interface RecordSnapshot {
  readonly record?: SubjectRecord;
  readonly version?: string;
}

/** How often a write is tried again when others commit in between; about a second in all. */
const MAX_ATTEMPTS = 24;
/** Longest pause between two tries, in milliseconds. */
const MAX_PAUSE_MS = 64;

/** The newest acknowledged record. */
export async function readSubjectRecord(records: RecordStore, subjectKey: string): Promise<RecordSnapshot> {
  const found = await records.read(recordKey(subjectKey));
  return found ? { record: asSubjectRecord(found.value), version: found.version } : {};
}

/** What was known of the record when the request began. */
export function snapshotOf(opened: OpenedSubject): RecordSnapshot {
  return opened.snapshot ?? {};
}

/** A committed change. */
export interface RecordChange {
  readonly before: SubjectRecord;
  readonly after: SubjectRecord;
}

/**
 * Swaps the record for the one that `change` makes of it, again from the newest when others were faster. `change` refuses by
 * throwing, and gives `undefined` to leave the record as it is. `holds` tells from a record whether this very change is in it:
 * a swap whose answer was lost may have taken effect.
 * Throws `ProblemError` `conflict` after too many lost races; a `StoreError` leaves it open whether the change took effect.
 */
export async function changeSubjectRecord(
  records: RecordStore,
  subject: Pick<Subject, 'key' | 'tenant' | 'id'>,
  start: RecordSnapshot,
  change: (record: SubjectRecord) => Promise<SubjectRecord | undefined> | SubjectRecord | undefined,
  holds: (record: SubjectRecord) => boolean,
): Promise<RecordChange | undefined> {
  let snapshot = start;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const before = snapshot.record ?? emptyRecord(subject);
    const after = await change(before);
    if (!after) return undefined;
    if (await swap(records, subject.key, snapshot.version, after, holds)) return { before, after };
    snapshot = await readSubjectRecord(records, subject.key);
    if (snapshot.record && holds(snapshot.record)) return { before, after: snapshot.record };
    await pause(Math.random() * Math.min(2 ** attempt, MAX_PAUSE_MS));
  }
  throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
}

async function swap(
  records: RecordStore,
  subjectKey: string,
  expected: string | undefined,
  value: SubjectRecord,
  holds: (record: SubjectRecord) => boolean,
): Promise<boolean> {
  try {
    return (await records.swap(recordKey(subjectKey), expected, value)) !== 'conflict';
  } catch (cause) {
    const now = await readSubjectRecord(records, subjectKey);
    if (now.record && holds(now.record)) return true;
    throw cause;
  }
}

function emptyRecord(subject: Pick<Subject, 'tenant' | 'id'>): SubjectRecord {
  return { schema: 1, tenant: subject.tenant, subjectId: subject.id, generation: 0, slots: {} };
}

function asSubjectRecord(value: Json): SubjectRecord {
  if (!isSubjectRecord(value)) throw new Error('a subject record of a schema that is not known here');
  return value;
}

function isSubjectRecord(value: unknown): value is SubjectRecord {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === 1;
}
