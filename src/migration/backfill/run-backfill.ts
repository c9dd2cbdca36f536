import { createHash } from 'node:crypto';
import { ProblemError, type Subject } from '../../domain/index.ts';
import type { OperatedBackend } from '../operate/operated-backend.ts';
import { copySubject } from '../replicas/copy-subject.ts';
import { conductOf } from '../stages/stage-record.ts';
import { keyPart, readStage } from '../stages/stage-store.ts';

/** What became of the subjects. */
export type BackfillReport = {
  readonly subjects: number;
  readonly copied: number;
  /** Written here before; a copy must not touch them. */
  readonly known: number;
  /** Without a picture at the backend. */
  readonly empty: number;
  /** Not in the directory. */
  readonly unknown: number;
  /** Not yet ramped in. */
  readonly waiting: number;
  readonly failed: number;
  /** At most 50. */
  readonly failures: readonly { readonly subject: string; readonly reason: string }[];
};

type Result = 'copied' | 'known' | 'empty' | 'unknown' | 'waiting' | 'failed';

/** Where an interrupted run stands. */
type Checkpoint = { readonly done: number; readonly report: BackfillReport };

const NOTHING: BackfillReport = {
  subjects: 0,
  copied: 0,
  known: 0,
  empty: 0,
  unknown: 0,
  waiting: 0,
  failed: 0,
  failures: [],
};
/** A failed copy is tried again so often, with a growing pause. */
const MAX_TRIES = 5;
/** Subjects between two checkpoints. */
const CHECKPOINT_EVERY = 20;

/**
 * Copies each subject's pictures from the backend, where nothing was ever written here. A run over the same list goes on where an earlier
 * one stopped, however it stopped; copies that were made twice are harmless.
 */
export async function runBackfill(
  operated: OperatedBackend,
  ids: readonly string[],
  options: {
    readonly concurrency: number;
    readonly restart: boolean;
    readonly signal: AbortSignal;
    readonly onProgress?: (done: number, of: number) => void;
  },
): Promise<{ readonly report: BackfillReport; readonly resumedAt: number; readonly complete: boolean }> {
  const { core, at } = operated;
  const list = createHash('sha256').update(ids.join('\n')).digest('hex').slice(0, 32);
  const key = `migration/backfills/${keyPart(at.name.tenant)}/${keyPart(at.name.dialect)}/${list}`;
  const start = options.restart ? undefined : asCheckpoint((await core.records.read(key))?.value);
  const resumedAt = start?.done ?? 0;
  let { report } = start ?? { report: NOTHING };
  let done = resumedAt;

  while (done < ids.length && !options.signal.aborted) {
    const batch = ids.slice(done, done + Math.max(options.concurrency, CHECKPOINT_EVERY));
    const results = await inParallel(batch, options.concurrency, (id) => copyOne(operated, id));
    for (const [at, [result, reason]] of results.entries())
      report = counted(report, batch[at] ?? '', result, reason);
    done += batch.length;
    await keep(operated, key, { done, report });
    options.onProgress?.(done, ids.length);
  }
  return { report, resumedAt, complete: done >= ids.length };
}

async function copyOne(operated: OperatedBackend, id: string): Promise<[Result, string?]> {
  const { core, at } = operated;
  const subject = await core.directory.byAlias(at.name.tenant, at.name.dialect, id);
  if (!subject) return ['unknown'];
  const stage = (await readStage(core.records, at.name))?.record;
  const conduct = stage && conductOf(stage, subject.key);
  const isOpen = conduct && (conduct.write === 'both' || conduct.write === 'own') && !conduct.recheck;
  if (!isOpen) return ['waiting'];
  for (let attempt = 0; ; attempt += 1) {
    try {
      return [await copyWithLease(operated, subject)];
    } catch (cause) {
      if (attempt >= MAX_TRIES) return ['failed', reasonOf(cause)];
      await new Promise((resolve) => setTimeout(resolve, pauseAfter(cause, attempt)));
    }
  }
}

async function copyWithLease({ at }: OperatedBackend, subject: Subject): Promise<Result> {
  const held = await at.replica.journal.lease(subject, 0);
  try {
    switch (await copySubject(at.replica, subject)) {
      case 'copied':
        return 'copied';
      case 'nothing there':
        return 'empty';
      case 'written here':
        return 'known';
    }
  } finally {
    await held.release();
  }
}

/** As the backend asks, else doubling from half a second. */
function pauseAfter(cause: unknown, attempt: number): number {
  const said =
    cause instanceof Error && cause.cause instanceof ProblemError ? cause.cause.problem : undefined;
  return said?.kind === 'rate-limited' ? said.retryAfterSeconds * 1000 : 500 * 2 ** attempt;
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
}

function counted(report: BackfillReport, subject: string, result: Result, reason = ''): BackfillReport {
  const failures =
    result === 'failed' && report.failures.length < 50
      ? [...report.failures, { subject, reason: reason.slice(0, 200) }]
      : report.failures;
  return { ...report, subjects: report.subjects + 1, [result]: report[result] + 1, failures };
}

async function inParallel<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [at, item] of waiting) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

async function keep({ core }: OperatedBackend, key: string, checkpoint: Checkpoint): Promise<void> {
  const before = await core.records.read(key);
  await core.records.swap(key, before?.version, checkpoint);
}

function asCheckpoint(value: unknown): Checkpoint | undefined {
  return isCheckpoint(value) ? value : undefined;
}

function isCheckpoint(value: unknown): value is Checkpoint {
  return typeof value === 'object' && value !== null && 'done' in value && 'report' in value;
}
