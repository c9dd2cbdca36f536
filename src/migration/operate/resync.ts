import { RECORD_PREFIX, subjectKeyOf } from '../../core/storage-keys.ts';
import { readSubjectRecord } from '../../core/subject-records.ts';
import type { SubjectRecord } from '../../domain/index.ts';
import { notePending } from '../replicas/note-pending.ts';
import { readStage, swapStage } from '../stages/stage-store.ts';
import type { OperatedBackend } from './operated-backend.ts';

/** By how much the clocks of gateways may differ, in milliseconds. */
const CLOCK_ROOM_MS = 60_000;

/**
 * On the way back from `complete`: notes everything that was written since then as pending at the backend.
 * Can be repeated. Gives the number of subjects; `undefined` where nothing has to be noted.
 */
export async function resyncSinceComplete({ at, core }: OperatedBackend): Promise<number | undefined> {
  const stored = await readStage(core.records, at.name);
  const sinceMs = stored?.record.resyncSinceMs;
  if (!stored || sinceMs === undefined) return undefined;
  let subjects = 0;
  for await (const key of core.records.list(RECORD_PREFIX)) {
    const subjectKey = subjectKeyOf(key);
    const snapshot = await readSubjectRecord(core.records, subjectKey);
    const { record } = snapshot;
    if (record?.tenant !== at.name.tenant || !isWrittenSince(record, sinceMs - CLOCK_ROOM_MS)) continue;
    // Shadow records are stored under keys that the directory does not know.
    const subject = await core.directory.byKey(record.tenant, subjectKey);
    if (!subject) continue;
    await notePending(at.replica, subject, snapshot);
    subjects += 1;
  }
  const now = await readStage(core.records, at.name);
  // Another way back may have begun meanwhile.
  if (now?.record.resyncSinceMs === sinceMs) {
    const { resyncSinceMs: _done, ...rest } = now.record;
    await swapStage(core.records, at.name, now.version, rest);
  }
  return subjects;
}

/**
 * Whether the record was written since, or ever merged: pictures that a merge brought keep the date of their
 * upload.
 */
function isWrittenSince({ slots, absorbed = [] }: SubjectRecord, sinceMs: number): boolean {
  if (absorbed.length > 0) return true;
  return Object.values(slots).some((state) =>
    state.kind === 'image' ? state.image.writtenAtMs >= sinceMs : state.tombstone.deletedAtMs >= sinceMs,
  );
}
