import { createHash } from 'node:crypto';
import { readSubjectRecord } from '../../core/subject-records.ts';
import { ProblemError, type Subject } from '../../domain/index.ts';
import type { HeldEntry } from '../journal/journal.ts';
import { adoptBackend } from '../replicas/adopt-backend.ts';
import { readBackendPictures } from '../replicas/copy-subject.ts';
import { isSamePicture } from '../replicas/same-picture.ts';
import { keyPart, type MigrationName } from '../stages/stage-store.ts';
import type { OperatedBackend } from './operated-backend.ts';

/** How a subject stands, own against backend, at this moment. */
export type LiveDifference =
  | 'equal'
  | 'not copied'
  | 'different'
  | 'missing here'
  | 'missing there'
  | 'unfinished';

/** What a verification found; kept as the evidence for the gate. */
export type VerificationReport = {
  readonly atMs: number;
  readonly subjects: number;
  readonly equal: number;
  /** By kind; empty is what the gate asks for. */
  readonly differences: Readonly<Partial<Record<LiveDifference, number>>>;
  /** At most 50 subject ids. */
  readonly examples: readonly { readonly subjectId: string; readonly difference: LiveDifference }[];
  /** SHA-256 over the verified subject keys, in order. */
  readonly subjectsSha256: string;
  readonly repaired: number;
};

/** Compares one subject's pictures on both sides, now. Reads only. */
async function liveDifference({ at }: OperatedBackend, subject: Subject): Promise<LiveDifference> {
  const before = await readSubjectRecord(at.replica.records, subject.key);
  const entry = await at.replica.journal.read(subject.key);
  if (entry?.intent || entry?.lookAgain || before.record?.owes?.[at.replica.replica]) return 'unfinished';
  const { pictures, release } = await readBackendPictures(at.replica, subject);
  try {
    if (!before.record || before.record.generation === 0)
      return pictures.length === 0 ? 'equal' : 'not copied';
    const there = new Set(pictures.map(({ slot }) => slot));
    for (const { slot, fetched } of pictures) {
      if (before.record.slots[slot]?.kind !== 'image') return 'missing here';
      if (!(await isSamePicture(at.replica, before.record, slot, fetched.upload))) return 'different';
    }
    const surplus = Object.values(before.record.slots).some(
      (state) =>
        state.kind === 'image' && state.image.slot < at.backend.slots && !there.has(state.image.slot),
    );
    return surplus ? 'missing there' : 'equal';
  } finally {
    await release();
  }
}

/** The same, again where a write got in between. */
async function settledDifference(operated: OperatedBackend, subject: Subject): Promise<LiveDifference> {
  for (let look = 0; look < 5; look += 1) {
    const { version } = await readSubjectRecord(operated.at.replica.records, subject.key);
    const difference = await liveDifference(operated, subject);
    if (difference === 'equal') return difference;
    const now = await readSubjectRecord(operated.at.replica.records, subject.key);
    if (now.version === version && difference !== 'unfinished') return difference;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return 'unfinished';
}

/**
 * Verifies subjects, whatever any earlier run said. `repair`: own follows the backend where they differ (only while the backend is the
 * truth). Keeps the report as the newest evidence.
 */
export async function verifySubjects(
  operated: OperatedBackend,
  subjects: AsyncIterable<Subject> | Iterable<Subject>,
  options: {
    readonly repair: boolean;
    readonly beforeEach?: () => Promise<void>;
    readonly onProgress?: (done: number) => void;
  },
): Promise<VerificationReport> {
  const digest = createHash('sha256');
  const differences: Partial<Record<LiveDifference, number>> = {};
  const examples: { subjectId: string; difference: LiveDifference }[] = [];
  let count = 0;
  let equal = 0;
  let repaired = 0;
  for await (const subject of subjects) {
    await options.beforeEach?.();
    digest.update(`${subject.key}\n`);
    let difference = await settledDifference(operated, subject);
    if (options.repair && difference !== 'equal' && difference !== 'unfinished') {
      if (await repair(operated, subject)) {
        repaired += 1;
        difference = await settledDifference(operated, subject);
      }
    }
    count += 1;
    if (difference === 'equal') equal += 1;
    else {
      differences[difference] = (differences[difference] ?? 0) + 1;
      if (examples.length < 50) examples.push({ subjectId: subject.id, difference });
    }
    options.onProgress?.(count);
  }
  const report: VerificationReport = {
    atMs: operated.core.clock.nowMs(),
    subjects: count,
    equal,
    differences,
    examples,
    subjectsSha256: digest.digest('hex'),
    repaired,
  };
  await keepVerification(operated, report);
  return report;
}

async function repair({ at }: OperatedBackend, subject: Subject): Promise<boolean> {
  let held: HeldEntry;
  try {
    held = await at.replica.journal.lease(subject, 0);
  } catch (cause) {
    if (cause instanceof ProblemError) return false;
    throw cause;
  }
  try {
    return !held.entry.intent && (await adoptBackend(at.replica, subject)) === 'followed';
  } finally {
    await held.release();
  }
}

/** The newest evidence; `undefined` where nothing was ever verified. */
export async function readVerification({
  at,
  core,
}: OperatedBackend): Promise<VerificationReport | undefined> {
  const found = await core.records.read(verificationKey(at.name));
  return found && isReport(found.value) ? found.value : undefined;
}

async function keepVerification({ at, core }: OperatedBackend, report: VerificationReport): Promise<void> {
  const key = verificationKey(at.name);
  const before = await core.records.read(key);
  await core.records.swap(key, before?.version, report);
}

function verificationKey({ tenant, dialect }: MigrationName): string {
  return `migration/verifications/${keyPart(tenant)}/${keyPart(dialect)}`;
}

function isReport(value: unknown): value is VerificationReport {
  return typeof value === 'object' && value !== null && 'subjectsSha256' in value;
}
