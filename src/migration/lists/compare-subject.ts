import { readSubjectRecord } from '../../core/subject-records.ts';
import { ProblemError, type RecordSnapshot, type Subject } from '../../domain/index.ts';
import type { OperatedBackend } from '../operate/operated-backend.ts';
import { readBackendPictures } from '../replicas/copy-subject.ts';
import { isSamePicture } from '../replicas/same-picture.ts';
import { describeFailure } from '../upstream/describe-failure.ts';
import { pauseAfter } from './pause-after.ts';

/** How often a person is looked at before the next one has a turn. */
const LOOKS = 5;
/** Pause between two looks, in milliseconds; doubles each time, unless the backend asks for another. */
const FIRST_PAUSE_MS = 200;

/** How a subject stands, local against backend, at this moment. */
export type LiveDifference =
  | 'equal'
  | 'not copied'
  | 'different'
  | 'missing here'
  | 'missing there'
  | 'unfinished'
  /** The backend gave no clear answer, however often it was asked. */
  | 'unclear';

/** What a look came to, with the backend's words where it gave no clear answer. */
export interface Compared {
  readonly outcome: LiveDifference | 'both empty';
  readonly note?: string;
}

/** Compares one subject's pictures on both sides, now: the record as it stood before. Reads only. */
async function lookOnce(
  { at }: OperatedBackend,
  subject: Subject,
  before: RecordSnapshot,
): Promise<LiveDifference | 'both empty'> {
  const entry = await at.replica.journal.read(subject.key);
  if (entry?.intent || entry?.recheck || before.record?.pendingReplicas?.[at.replica.replica])
    return 'unfinished';
  const { pictures, release } = await readBackendPictures(at.replica, subject);
  try {
    if (!before.record || before.record.generation === 0)
      return pictures.length === 0 ? 'both empty' : 'not copied';
    const there = new Set(pictures.map(({ slot }) => slot));
    for (const { slot, fetched } of pictures) {
      if (before.record.slots[slot]?.kind !== 'image') return 'missing here';
      if (!(await isSamePicture(at.replica, before.record, slot, fetched.upload))) return 'different';
    }
    const surplus = Object.values(before.record.slots).some(
      (state) =>
        state.kind === 'image' && state.image.slot < at.backend.slots && !there.has(state.image.slot),
    );
    if (surplus) return 'missing there';
    return pictures.length === 0 ? 'both empty' : 'equal';
  } finally {
    await release();
  }
}

/** The same, again where a write got in between or the backend gave no answer. */
export async function compareSubject(
  operated: OperatedBackend,
  subject: Subject,
  pause: (ms: number) => Promise<void>,
): Promise<Compared> {
  const { records } = operated.at.replica;
  let last: Compared = { outcome: 'unfinished' };
  for (let look = 0; look < LOOKS; look += 1) {
    const before = await readSubjectRecord(records, subject.key);
    const { cause, ...found } = await lookClearly(operated, subject, before);
    last = found;
    if (last.outcome === 'equal' || last.outcome === 'both empty') return last;
    const now = await readSubjectRecord(records, subject.key);
    const isSettled =
      now.version === before.version && last.outcome !== 'unfinished' && last.outcome !== 'unclear';
    if (isSettled) return last;
    if (look < LOOKS - 1) await pause(pauseAfter(cause, FIRST_PAUSE_MS * 2 ** look));
  }
  return last.outcome === 'unclear' ? last : { outcome: 'unfinished' };
}

/** A backend that fails once must not end a run over many people. */
async function lookClearly(
  operated: OperatedBackend,
  subject: Subject,
  before: RecordSnapshot,
): Promise<Compared & { readonly cause?: unknown }> {
  try {
    return { outcome: await lookOnce(operated, subject, before) };
  } catch (cause) {
    if (!(cause instanceof ProblemError)) throw cause;
    return { outcome: 'unclear', note: describeFailure(cause), cause };
  }
}
