import PQueue from 'p-queue';
import type { Subject } from '../../domain/index.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import type { WritePolicy } from '../stages/write-policy.ts';
import { type PendingWork, pendingWork } from './pending-work.ts';
import { reconcileEntry } from './reconcile-entry.ts';
import type { ReplicaParts } from './replica-parts.ts';

/** Pause between two looks at the journal, in milliseconds. */
const ROUND_MS = 250;
/** How many subjects are worked on at once. */
const AT_ONCE = 8;

/** How many subjects may wait in the queue of urgent ones. */
const MOST_HURRIED = 1_000;

/** Finishes in the background what writes left unfinished. */
export interface Reconciler {
  start(): void;
  /** Works on a subject at once, in the background, because a write has just left something pending. */
  hurry(subject: Subject): void;
  /** Resolves when the work under way has ended. */
  stop(): Promise<void>;
  /** Goes through the whole journal once. Gives how many entries there are, and how many of them failed. */
  round(): Promise<{ readonly entries: number; readonly failed: number }>;
}

/** The reconciler of one migration. Any number of processes may each run one. */
export function createReconciler(parts: {
  readonly replica: ReplicaParts;
  readonly subjectOf: (entry: JournalEntry) => Promise<Subject>;
  /** The subject's policy now; `undefined` while it is unknown, or while the backend must not be called. */
  readonly policyOf: (subjectKey: string) => Promise<WritePolicy | undefined>;
}): Reconciler {
  const { journal, warn } = parts.replica;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let stopped = false;
  const queue = new PQueue({ concurrency: AT_ONCE });

  async function hurry(subject: Subject): Promise<void> {
    const entry = stopped ? undefined : await journal.read(subject.key);
    if (entry) await attend(entry);
  }

  async function attend(entry: JournalEntry): Promise<'done' | 'failed' | 'busy'> {
    const own = stopped ? undefined : await parts.policyOf(entry.subjectKey);
    if (!own || own.write === 'local-only') return 'busy';
    const subject = await parts.subjectOf(entry);
    // After a merge the work is the survivor's, who may be in another stage.
    const policy = subject.key === entry.subjectKey ? own : await parts.policyOf(subject.key);
    return policy ? reconcileEntry(parts.replica, entry, subject, policy) : 'busy';
  }

  async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
    const waiting = items[Symbol.iterator]();
    const worker = async () => {
      for (let next = waiting.next(); !next.done; next = waiting.next()) await work(next.value);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  async function round(): Promise<{ entries: number; failed: number }> {
    const entries: JournalEntry[] = [];
    for await (const entry of journal.entries()) entries.push(entry);
    const due: { readonly entry: JournalEntry; readonly work: PendingWork }[] = [];
    await inParallel(entries, async (entry) => {
      const work = await pendingWork(parts.replica, entry);
      if (work !== 'nothing') due.push({ entry, work });
    });
    // Deletes first: a picture that should be gone does more harm than a late one.
    due.sort((one, other) => Number(other.work === 'delete') - Number(one.work === 'delete'));
    let failed = 0;
    await inParallel(due, async ({ entry }) => {
      const result = await attend(entry).catch((cause: unknown) => {
        warn(`subject ${entry.subjectKey} could not be looked at`, cause);
        return 'failed' as const;
      });
      if (result === 'failed') failed += 1;
    });
    return { entries: entries.length, failed };
  }

  function schedule(inMs: number): void {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = round()
        .catch((cause: unknown) => warn('the journal cannot be read', cause))
        .finally(() => schedule(ROUND_MS));
    }, inMs);
    timer.unref();
  }

  return {
    start: () => schedule(0),
    hurry(subject) {
      // The next round finds what does not fit in.
      if (queue.size > MOST_HURRIED || stopped) return;
      void queue
        .add(() => hurry(subject))
        .catch((cause: unknown) => warn(`subject ${subject.key} could not be attended to`, cause));
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await Promise.all([running, queue.onIdle()]);
    },
    round,
  };
}
