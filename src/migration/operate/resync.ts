import { noteDebts } from '../../core/note-debts.ts';
import { changeSubjectRecord, readSubjectRecord } from '../../core/subject-records.ts';
import type { SubjectRecord } from '../../domain/index.ts';
import { readStage, swapStage } from '../stages/stage-store.ts';
import type { OperatedBackend } from './operated-backend.ts';

const SUBJECTS = 'subjects/';
/** Clocks of gateways may differ by so much, in milliseconds. */
const CLOCK_ROOM_MS = 60_000;

/**
 * On the way back from `complete`: notes everything that was written since then as a debt to the backend. Can be repeated. Gives the number
 * of subjects, `undefined` where nothing has to be noted.
 */
export async function resyncSinceComplete({ at, core }: OperatedBackend): Promise<number | undefined> {
  const stored = await readStage(core.records, at.name);
  const sinceMs = stored?.record.resyncSinceMs;
  if (!stored || sinceMs === undefined) return undefined;
  let subjects = 0;
  for await (const key of core.records.list(SUBJECTS)) {
    const subjectKey = key.slice(SUBJECTS.length);
    const snapshot = await readSubjectRecord(core.records, subjectKey);
    const { record } = snapshot;
    if (record?.tenant !== at.name.tenant || !isWrittenSince(record, sinceMs - CLOCK_ROOM_MS)) continue;
    // Shadow records lie under keys that the directory does not know.
    const subject = await core.directory.byKey(record.tenant, subjectKey);
    if (!subject) continue;
    await at.replica.journal.touch(subject, 0);
    await changeSubjectRecord(
      core.records,
      subject,
      snapshot,
      (before) => noteDebts(before, [at.replica.replica], core.clock.nowMs()),
      (after) => after.owes?.[at.replica.replica] !== undefined,
    );
    subjects += 1;
  }
  const now = await readStage(core.records, at.name);
  if (now) {
    const { resyncSinceMs: _done, ...rest } = now.record;
    await swapStage(core.records, at.name, now.version, rest);
  }
  return subjects;
}

function isWrittenSince({ slots }: SubjectRecord, sinceMs: number): boolean {
  return Object.values(slots).some((state) =>
    state.kind === 'image' ? state.image.writtenAtMs >= sinceMs : state.tombstone.deletedAtMs >= sinceMs,
  );
}
