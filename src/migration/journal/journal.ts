import { setTimeout as pause } from 'node:timers/promises';
import { createKeyedLocks } from '../../core/keyed-locks.ts';
import { type Clock, ProblemError, type RecordStore, type Subject } from '../../domain/index.ts';
import { keyPart, type MigrationName } from '../stages/stage-store.ts';
import { asJournalEntry, isNeeded, type JournalEntry } from './journal-entry.ts';

/**
 * An entry that was touched counts as pending for at least this long, in milliseconds. No swap of a record
 * takes longer.
 */
export const KEEP_TOUCHED_MS = 60_000;
/** A touch that is younger than this does not have to be renewed. */
const RENEW_TOUCH_MS = 20_000;
/** A lease that was written within this time needs no renewal, in milliseconds. */
const FRESH_LEASE_MS = 5_000;
/** How long a writer waits for another gateway's lease before it gives up, in milliseconds. */
const LEASE_WAIT_MS = 15_000;
/** Pause between two tries to take a lease, in milliseconds. */
const LEASE_POLL_MS = 40;

/** How many entries are read at once when all are read. */
const READ_AT_ONCE = 16;

/** The subject that an entry is about. */
export type JournalSubject = Pick<Subject, 'key' | 'id' | 'aliases'>;

/** See `Journal.touch`. */
export type ReachedBy = (standing: JournalEntry | undefined) => number | Promise<number>;

/** The entry, for the process that holds its lease. */
export interface HeldEntry {
  /** As it stands in the store. */
  readonly entry: JournalEntry;
  /**
   * Replaces the entry, and renews the lease; throws `LeaseLostError` where another process holds it by now.
   */
  write(change: (entry: JournalEntry) => JournalEntry): Promise<void>;
  /**
   * Makes sure that the lease outlasts one more request to the backend. Call it before each one that changes
   * something there, because a holder may send many. Throws like `write`.
   */
  renew(): Promise<void>;
  /**
   * Gives the lease back, and deletes the entry where nothing is left to do. Never rejects, because a lease
   * also expires by itself.
   */
  readonly release: () => Promise<void>;
}

/** Another process has the lease now and finishes the work. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** Unfinished work at one backend, one entry for each subject. */
export interface Journal {
  /**
   * Makes sure that there is an entry that counts as pending for the next minute. `reachedBy`: the generation up to
   * which the backend holds everything. It is called with the entry that stands, or where there is none; an entry
   * stands at least until the backend has what is owed.
   */
  touch(subject: JournalSubject, reachedBy: ReachedBy): Promise<void>;
  /**
   * Takes the subject's lease: until `release` no other holder, in any process, writes to the backend for the
   * subject. `generation`: the one that the backend has reached, for a new entry. Throws `ProblemError` `conflict` where the lease stays taken for too
   * long.
   */
  lease(
    subject: JournalSubject,
    generation: number,
    options?: { readonly waitMs?: number },
  ): Promise<HeldEntry>;
  read(subjectKey: string): Promise<JournalEntry | undefined>;
  /** Every entry, in order of subject key. */
  entries(): AsyncIterable<JournalEntry>;
}

interface StoredEntry {
  readonly entry: JournalEntry;
  readonly version: string;
}

/**
 * The journal of one migration. `leaseMs` must exceed the longest time that a request to the backend may
 * take by `FRESH_LEASE_MS` and the time that a swap takes.
 */
export function createJournal(parts: {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly name: MigrationName;
  /** This process. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Default: 15 s. */
  readonly leaseWaitMs?: number;
  readonly warn: (message: string, cause: unknown) => void;
}): Journal {
  const { records, clock } = parts;
  const prefix = `migration/journal/${keyPart(parts.name.tenant)}/${keyPart(parts.name.dialect)}/`;
  const locks = createKeyedLocks();

  async function find(subjectKey: string): Promise<StoredEntry | undefined> {
    const found = await records.read(prefix + subjectKey);
    return found && { entry: asJournalEntry(found.value), version: found.version };
  }

  function freshEntry({ key, id, aliases }: JournalSubject, generation: number): JournalEntry {
    return {
      schema: 1,
      subjectKey: key,
      subjectId: id,
      aliases,
      sinceMs: clock.nowMs(),
      touchedAtMs: 0,
      reached: generation,
      attempts: 0,
      notBeforeMs: 0,
    };
  }

  const freshLease = () => ({ owner: parts.owner, untilMs: clock.nowMs() + parts.leaseMs });

  /** Tries once; `undefined` where another process holds the lease or was faster. */
  async function acquire(subject: JournalSubject, generation: number): Promise<StoredEntry | undefined> {
    const found = await find(subject.key);
    const nowMs = clock.nowMs();
    const before = found?.entry ?? freshEntry(subject, generation);
    // The locks of this process keep its holders apart. A stored lease of its own is one that could not be given
    // back, so it may be taken.
    if (before.lease && before.lease.owner !== parts.owner && before.lease.untilMs > nowMs) return undefined;
    const entry = { ...before, lease: freshLease() };
    const result = await records.swap(prefix + subject.key, found?.version, entry);
    return result === 'conflict' ? undefined : { entry, version: result.version };
  }

  async function acquireInTime(
    subject: JournalSubject,
    generation: number,
    waitMs: number,
  ): Promise<StoredEntry> {
    for (let waitedMs = 0; ; ) {
      const taken = await acquire(subject, generation);
      if (taken) return taken;
      if (waitedMs >= waitMs) throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
      const restMs = Math.min(LEASE_POLL_MS * (0.5 + Math.random()), waitMs - waitedMs);
      await pause(restMs);
      waitedMs += restMs;
    }
  }

  /** `held`: the entry as this process last saw it. It is read again only if another process changed it. */
  async function giveLeaseBack(subjectKey: string, held: StoredEntry): Promise<void> {
    let found: StoredEntry | undefined = held;
    while (found?.entry.lease?.owner === parts.owner) {
      const { lease: _given, ...entry } = found.entry;
      const result = isNeeded(entry)
        ? await records.swap(prefix + subjectKey, found.version, entry)
        : await records.remove(prefix + subjectKey, found.version);
      if (result !== 'conflict') return;
      found = await find(subjectKey);
    }
  }

  function holding(subject: JournalSubject, taken: StoredEntry, unlock: () => void): HeldEntry {
    let current = taken;
    async function write(change: (entry: JournalEntry) => JournalEntry): Promise<void> {
      for (;;) {
        const entry = { ...change(current.entry), lease: freshLease() };
        const result = await records.swap(prefix + subject.key, current.version, entry);
        if (result !== 'conflict') {
          current = { entry, version: result.version };
          return;
        }
        const found = await find(subject.key);
        if (found?.entry.lease?.owner !== parts.owner) throw new LeaseLostError('the lease is gone');
        current = found;
      }
    }
    return {
      get entry() {
        return current.entry;
      },
      write,
      async renew() {
        const { untilMs = 0 } = current.entry.lease ?? {};
        const isFresh = untilMs - clock.nowMs() >= parts.leaseMs - FRESH_LEASE_MS;
        if (!isFresh) await write((entry) => entry);
      },
      async release() {
        try {
          await giveLeaseBack(subject.key, current);
        } catch (cause) {
          parts.warn('a lease could not be given back; it runs out', cause);
        } finally {
          unlock();
        }
      },
    };
  }

  return {
    async touch(subject, reachedBy) {
      for (;;) {
        const found = await find(subject.key);
        const nowMs = clock.nowMs();
        const reached = await reachedBy(found?.entry);
        const before = found?.entry ?? freshEntry(subject, reached);
        const isFresh = before.mayBePending && nowMs - before.touchedAtMs < RENEW_TOUCH_MS;
        if (isFresh && reached === before.reached) return;
        const entry: JournalEntry = { ...before, reached, mayBePending: true, touchedAtMs: nowMs };
        if ((await records.swap(prefix + subject.key, found?.version, entry)) !== 'conflict') return;
      }
    },
    async lease(subject, generation, options) {
      const unlock = await locks.acquire(subject.key);
      try {
        const taken = await acquireInTime(
          subject,
          generation,
          options?.waitMs ?? parts.leaseWaitMs ?? LEASE_WAIT_MS,
        );
        return holding(subject, taken, unlock);
      } catch (cause) {
        unlock();
        throw cause;
      }
    },
    async read(subjectKey) {
      return (await find(subjectKey))?.entry;
    },
    async *entries() {
      for await (const keys of inChunks(records.list(prefix), READ_AT_ONCE)) {
        const found = await Promise.all(keys.map((key) => records.read(key)));
        for (const record of found) if (record) yield asJournalEntry(record.value);
      }
    },
  };
}

async function* inChunks<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
