import PQueue from 'p-queue';
import type { Subject } from '../../domain/index.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import type { Conduct } from '../stages/conduct.ts';
import { type PendingWork, pendingWork } from './pending-work.ts';
import { reconcileEntry } from './reconcile-entry.ts';
import type { ReplicaParts } from './replica-parts.ts';

/** Pause between two looks at the journal, in milliseconds. */
const ROUND_MS = 250;
/** Subjects that are worked on at once. */
const AT_ONCE = 8;

/** Subjects that may wait to be attended to at once. */
const MOST_HURRIED = 1_000;

/** Finishes what writes left behind, in the background, for as long as it runs. */
export interface Reconciler {
  start(): void;
  /** Attends to a subject at once, in the background: a write has just left a debt. */
  hurry(subject: Subject): void;
  /** Resolves when the work under way has ended. */
  stop(): Promise<void>;
  /** One whole look at the journal; how many entries there are, and how many of them failed. */
  round(): Promise<{ readonly entries: number; readonly failed: number }>;
}

/** The reconciler of one migration; any number of processes may run one. */
export function createReconciler(parts: {
  readonly replica: ReplicaParts;
  readonly subjectOf: (entry: JournalEntry) => Promise<Subject>;
  /** How the subject is treated now; `undefined` while that cannot be told, or while the backend must not be called. */
  readonly conductOf: (subjectKey: string) => Promise<Conduct | undefined>;
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
    const conduct = stopped ? undefined : await parts.conductOf(entry.subjectKey);
    if (!conduct || conduct.write === 'own-only') return 'busy';
    return reconcileEntry(parts.replica, entry, await parts.subjectOf(entry), conduct);
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
    // Deletes first: a picture that should be gone does more harm than one that is late.
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
      // What does not fit in is found by the next round.
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
