import { setTimeout as pause } from 'node:timers/promises';
import {
  type Json,
  type OpenedSubject,
  ProblemError,
  type RecordSnapshot,
  type RecordStore,
  type Subject,
  type SubjectRecord,
} from '../domain/index.ts';
import { recordKey } from './storage-keys.ts';

/** How long a change is retried while other processes commit, in milliseconds. */
const MAX_RETRY_MS = 20_000;
/** Longest pause between two attempts, in milliseconds. */
const MAX_PAUSE_MS = 64;

/** The newest acknowledged record. */
export async function readSubjectRecord(records: RecordStore, subjectKey: string): Promise<RecordSnapshot> {
  const found = await records.read(recordKey(subjectKey));
  return found ? { record: asSubjectRecord(found.value), version: found.version } : {};
}

/** The subject with its record as it stands now. */
export async function openRecordOf(records: RecordStore, subject: Subject): Promise<OpenedSubject> {
  const snapshot = await readSubjectRecord(records, subject.key);
  return { subject, generation: snapshot.record?.generation ?? 0, snapshot };
}

/** A committed change. */
export interface RecordChange {
  readonly before: SubjectRecord;
  readonly after: SubjectRecord;
}

/**
 * Swaps the record for the one that `change` makes of it. Starts again from the newest record when another
 * change was faster. `change` throws to refuse, and returns `undefined` to leave the record as it is. `holds`
 * tells from a record whether this change is in it, because a swap may have taken effect although its answer
 * was lost. Throws `ProblemError` `overloaded` where other processes win every race. After a `StoreError` it
 * is open whether the change took effect.
 */
export async function changeSubjectRecord(
  records: RecordStore,
  subject: Pick<Subject, 'key' | 'tenant' | 'id'>,
  start: RecordSnapshot,
  change: (record: SubjectRecord) => Promise<SubjectRecord | undefined> | SubjectRecord | undefined,
  holds: (record: SubjectRecord) => boolean,
): Promise<RecordChange | undefined> {
  let snapshot = start;
  const startedAt = performance.now();
  for (let attempt = 0; performance.now() - startedAt < MAX_RETRY_MS; attempt += 1) {
    const before = snapshot.record ?? emptyRecord(subject);
    const after = await change(before);
    if (!after) return undefined;
    if (await swap(records, subject.key, snapshot.version, after, holds)) return { before, after };
    snapshot = await readSubjectRecord(records, subject.key);
    if (snapshot.record && holds(snapshot.record)) return { before, after: snapshot.record };
    await pause(Math.random() * Math.min(2 ** attempt, MAX_PAUSE_MS));
  }
  throw new ProblemError({ kind: 'overloaded', retryAfterSeconds: 1 });
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

/** The record of a subject for whom nothing was ever written. */
export function emptyRecord(subject: Pick<Subject, 'tenant' | 'id'>): SubjectRecord {
  return { schema: 1, tenant: subject.tenant, subjectId: subject.id, generation: 0, slots: {} };
}

function asSubjectRecord(value: Json): SubjectRecord {
  if (!isSubjectRecord(value)) throw new Error('a subject record of a schema that is not known here');
  return value;
}

function isSubjectRecord(value: unknown): value is SubjectRecord {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === 1;
}
