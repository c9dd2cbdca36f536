import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, ProblemError, type RecordStore, type Subject } from '../../domain/index.ts';
import { keyPart, type MigrationName } from '../stages/stage-store.ts';
import { asJournalEntry, isUnfinished, type JournalEntry } from './journal-entry.ts';
import { createKeyedQueue } from './keyed-queue.ts';

/** An entry that was touched stays at least so long, in milliseconds: no swap of the record takes longer. */
const KEEP_TOUCHED_MS = 60_000;
/** A touch that is younger than this does not have to be renewed. */
const RENEW_TOUCH_MS = 20_000;
/** How long a writer waits for another gateway's lease before it gives up, in milliseconds. */
const LEASE_WAIT_MS = 15_000;
const LEASE_POLL_MS = 40;

/** The subject that an entry is about. */
export type JournalSubject = Pick<Subject, 'key' | 'id'>;

/** The entry in the hands of whoever has its lease. */
export interface HeldEntry {
  /** As it stands in the store. */
  readonly entry: JournalEntry;
  /** Replaces the entry; throws `LeaseLostError` where somebody else has it by now. */
  write(change: (entry: JournalEntry) => JournalEntry): Promise<void>;
}

/** The lease went to somebody else: whatever was being done is theirs to finish. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** Unfinished business with one backend, one entry for each subject. */
export interface Journal {
  /**
   * Makes sure that an entry is there and stays for a minute. `generation`: what the backend holds for sure if it is new.
   */
  touch(subject: JournalSubject, generation: number): Promise<void>;
  /**
   * Runs the work with the subject's lease: nobody else, in any process, writes to the backend for it meanwhile. `generation` as above.
   * Throws `ProblemError` `conflict` where the lease cannot be had in time.
   */
  withLease<T>(
    subject: JournalSubject,
    generation: number,
    work: (held: HeldEntry) => Promise<T>,
    options?: { readonly waitMs?: number },
  ): Promise<T>;
  read(subjectKey: string): Promise<JournalEntry | undefined>;
  /** Every entry, in order of subject key. */
  entries(): AsyncIterable<JournalEntry>;
}

/** The journal of one migration. `leaseMs` must exceed the longest time that a request to the backend may take. */
export function createJournal(parts: {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly name: MigrationName;
  /** This process. */
  readonly owner: string;
  readonly leaseMs: number;
}): Journal {
  const { records, clock } = parts;
  const prefix = `migration/journal/${keyPart(parts.name.tenant)}/${keyPart(parts.name.dialect)}/`;
  const queue = createKeyedQueue();

  async function find(subjectKey: string): Promise<{ entry: JournalEntry; version: string } | undefined> {
    const found = await records.read(prefix + subjectKey);
    return found && { entry: asJournalEntry(found.value), version: found.version };
  }

  function freshEntry({ key, id }: JournalSubject, generation: number): JournalEntry {
    const nowMs = clock.nowMs();
    return {
      schema: 1,
      subjectKey: key,
      subjectId: id,
      sinceMs: nowMs,
      touchedAtMs: nowMs,
      reached: generation,
      attempts: 0,
      notBeforeMs: 0,
    };
  }

  /** One try; `undefined` where another holds it or was faster. */
  async function take(
    subject: JournalSubject,
    generation: number,
  ): Promise<{ entry: JournalEntry; version: string } | undefined> {
    const found = await find(subject.key);
    const nowMs = clock.nowMs();
    const before = found?.entry ?? freshEntry(subject, generation);
    if (before.lease && before.lease.owner !== parts.owner && before.lease.untilMs > nowMs) return undefined;
    const entry: JournalEntry = {
      ...before,
      touchedAtMs: nowMs,
      lease: { owner: parts.owner, untilMs: nowMs + parts.leaseMs },
    };
    const result = await records.swap(prefix + subject.key, found?.version, entry);
    return result === 'conflict' ? undefined : { entry, version: result.version };
  }

  async function hold(
    subject: JournalSubject,
    generation: number,
    waitMs: number,
  ): Promise<{ entry: JournalEntry; version: string }> {
    const giveUpAtMs = clock.nowMs() + waitMs;
    for (;;) {
      const taken = await take(subject, generation);
      if (taken) return taken;
      if (clock.nowMs() >= giveUpAtMs) throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
      await pause(LEASE_POLL_MS * (0.5 + Math.random()));
    }
  }

  /** Gives the lease back, and takes the entry out where nothing is left to do and no swap can be on its way. */
  async function giveBack(subjectKey: string): Promise<void> {
    const found = await find(subjectKey);
    if (found?.entry.lease?.owner !== parts.owner) return;
    const { lease: _given, ...entry } = found.entry;
    const isDone = !isUnfinished(entry) && entry.attempts === 0;
    const isOld = clock.nowMs() - entry.touchedAtMs > KEEP_TOUCHED_MS;
    if (isDone && isOld) await records.remove(prefix + subjectKey, found.version);
    else await records.swap(prefix + subjectKey, found.version, entry);
  }

  return {
    async touch(subject, generation) {
      for (;;) {
        const found = await find(subject.key);
        const nowMs = clock.nowMs();
        if (found && nowMs - found.entry.touchedAtMs < RENEW_TOUCH_MS) return;
        const before = found?.entry ?? freshEntry(subject, generation);
        const result = await records.swap(prefix + subject.key, found?.version, {
          ...before,
          touchedAtMs: nowMs,
        });
        if (result !== 'conflict') return;
      }
    },
    withLease: (subject, generation, work, options) =>
      queue.run(subject.key, async () => {
        let current = await hold(subject, generation, options?.waitMs ?? LEASE_WAIT_MS);
        const held: HeldEntry = {
          get entry() {
            return current.entry;
          },
          async write(change) {
            for (;;) {
              const entry = change(current.entry);
              const result = await records.swap(prefix + subject.key, current.version, entry);
              if (result !== 'conflict') {
                current = { entry, version: result.version };
                return;
              }
              const found = await find(subject.key);
              if (found?.entry.lease?.owner !== parts.owner) throw new LeaseLostError('the lease is gone');
              current = found;
            }
          },
        };
        try {
          return await work(held);
        } finally {
          await giveBack(subject.key);
        }
      }),
    async read(subjectKey) {
      return (await find(subjectKey))?.entry;
    },
    async *entries() {
      for await (const key of records.list(prefix)) {
        const found = await records.read(key);
        if (found) yield asJournalEntry(found.value);
      }
    },
  };
}
