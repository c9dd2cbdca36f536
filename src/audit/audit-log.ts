import type { Clock, RecordStore } from '../domain/index.ts';
import {
  type AuditEntry,
  type AuditEvent,
  entryHash,
  NO_PREDECESSOR,
  readAuditEntry,
} from './audit-entry.ts';

/**
 * The operators' log. It is append-only in the record store, and each entry carries the digest of the one
 * before.
 */
export interface AuditLog {
  /** Durable when it resolves. Any number of processes may append at once. */
  append(event: AuditEvent): Promise<AuditEntry>;
  /** Newest first, at most `limit` entries that come before `before`. */
  list(options?: { readonly before?: number; readonly limit?: number }): Promise<readonly AuditEntry[]>;
  /** Follows the chain from its first entry to its last. */
  verify(): Promise<AuditVerdict>;
  /** Every entry, oldest first. */
  entries(): AsyncIterable<AuditEntry>;
}

/** Whether the chain is intact; otherwise where it breaks first. */
export type AuditVerdict =
  | { readonly intact: true; readonly entries: number }
  | {
      readonly intact: false;
      readonly sequence: number;
      readonly why: 'missing' | 'unreadable' | 'altered' | 'out of order';
    };

const PREFIX = 'audit/';
const DIGITS = 12;

/** Creates the log on a store that all gateways and commands share. */
export function createAuditLog({
  records,
  clock,
}: {
  readonly records: RecordStore;
  readonly clock: Clock;
}): AuditLog {
  // The newest entry that this process has seen. Others may have appended since, so the search for the next
  // free place starts there.
  let newest: AuditEntry | undefined;

  async function readNewest(): Promise<AuditEntry | undefined> {
    newest ??= await lastListed(records);
    for (;;) {
      const next = await records.read(entryKey((newest?.sequence ?? 0) + 1));
      if (!next) return newest;
      newest = readAuditEntry(next.value);
    }
  }

  const log: AuditLog = {
    async append(event) {
      for (;;) {
        const last = await readNewest();
        const unsigned = {
          schema: 1 as const,
          ...event,
          sequence: (last?.sequence ?? 0) + 1,
          atMs: clock.nowMs(),
          previous: last?.hash ?? NO_PREDECESSOR,
        };
        // The store keeps JSON, so the digest is taken over the same JSON.
        const plain = JSON.parse(JSON.stringify(unsigned)) as typeof unsigned;
        const entry: AuditEntry = { ...plain, hash: entryHash(plain) };
        const swapped = await records.swap(entryKey(entry.sequence), undefined, { ...entry });
        if (swapped === 'conflict') continue;
        newest = entry;
        return entry;
      }
    },

    async list({ before, limit = 50 } = {}) {
      const last = (await readNewest())?.sequence ?? 0;
      const from = Math.min(last, (before ?? last + 1) - 1);
      const wanted = Array.from({ length: Math.min(limit, from) }, (_, index) => from - index);
      const found = await Promise.all(wanted.map((sequence) => records.read(entryKey(sequence))));
      return found.flatMap((record) => (record ? [readAuditEntry(record.value)] : []));
    },

    async *entries() {
      for await (const key of records.list(PREFIX)) {
        const record = await records.read(key);
        if (record) yield readAuditEntry(record.value);
      }
    },

    async verify() {
      let previous = NO_PREDECESSOR;
      let sequence = 0;
      for await (const key of records.list(PREFIX)) {
        sequence += 1;
        if (key !== entryKey(sequence)) return { intact: false, sequence, why: 'missing' };
        const entry = await readEntry(records, key);
        if (entry === undefined) return { intact: false, sequence, why: 'unreadable' };
        const { hash, ...unsigned } = entry;
        if (entryHash(unsigned) !== hash) return { intact: false, sequence, why: 'altered' };
        if (entry.sequence !== sequence || entry.previous !== previous)
          return { intact: false, sequence, why: 'out of order' };
        previous = hash;
      }
      return { intact: true, entries: sequence };
    },
  };
  return log;
}

async function readEntry(records: RecordStore, key: string): Promise<AuditEntry | undefined> {
  try {
    const record = await records.read(key);
    return record && readAuditEntry(record.value);
  } catch {
    // An unreadable entry is a finding of the check, for any reason.
    return undefined;
  }
}

async function lastListed(records: RecordStore): Promise<AuditEntry | undefined> {
  let last: string | undefined;
  for await (const key of records.list(PREFIX)) last = key;
  const record = last === undefined ? undefined : await records.read(last);
  return record && readAuditEntry(record.value);
}

function entryKey(sequence: number): string {
  return `${PREFIX}${String(sequence).padStart(DIGITS, '0')}`;
}
