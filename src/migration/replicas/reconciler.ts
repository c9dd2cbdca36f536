import type { Subject } from '../../domain/index.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import type { Conduct } from '../stages/conduct.ts';
import { reconcileEntry } from './reconcile-entry.ts';
import type { ReplicaParts } from './replica-parts.ts';

/** Pause between two looks at the journal, in milliseconds. */
const ROUND_MS = 250;
/** Subjects that are worked on at once. */
const AT_ONCE = 8;

/** Finishes what writes left behind, in the background, for as long as it runs. */
export interface Reconciler {
  start(): void;
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
  const { journal, clock, warn } = parts.replica;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let stopped = false;

  async function attend(entry: JournalEntry): Promise<'done' | 'failed' | 'busy'> {
    const conduct = await parts.conductOf(entry.subjectKey);
    if (!conduct || conduct.write === 'own-only') return 'busy';
    return reconcileEntry(parts.replica, entry, await parts.subjectOf(entry), conduct);
  }

  async function round(): Promise<{ entries: number; failed: number }> {
    let entries = 0;
    let failed = 0;
    const due: JournalEntry[] = [];
    for await (const entry of journal.entries()) {
      entries += 1;
      if (isDue(entry, clock.nowMs())) due.push(entry);
    }
    // Deletes first: a picture that should be gone does more harm than one that is late.
    due.sort((one, other) => Number(isDelete(other)) - Number(isDelete(one)));
    const waiting = due[Symbol.iterator]();
    const worker = async () => {
      for (const entry of waiting) {
        if (stopped) return;
        const result = await attend(entry).catch((cause: unknown) => {
          warn(`subject ${entry.subjectKey} could not be looked at`, cause);
          return 'failed' as const;
        });
        if (result === 'failed') failed += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return { entries, failed };
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
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
    round,
  };
}

function isDue({ lease, notBeforeMs }: JournalEntry, nowMs: number): boolean {
  return notBeforeMs <= nowMs && !(lease && lease.untilMs > nowMs);
}

function isDelete({ intent }: JournalEntry): boolean {
  return intent?.kind === 'delete';
}
