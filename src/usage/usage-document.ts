import { isJsonObject, type Json, StoreError } from '../domain/index.ts';

/** Who called: an operation of a dialect, with a credential, from a client. */
export type UsageCaller = {
  readonly dialect: string;
  readonly operation: string;
  readonly deprecated: boolean;
  /** Empty for callers without a credential. */
  readonly tenant: string;
  readonly credential: string;
  readonly client: string;
};

/** A caller's figures. Rows of the same caller add up. */
export type UsageRow = UsageCaller & {
  readonly calls: number;
  /** Calls that were answered with a problem. */
  readonly refused: number;
  readonly firstCallAtMs: number;
  readonly lastCallAtMs: number;
  /** How many calls used each documented parameter, member and part. */
  readonly fields: Readonly<Record<string, number>>;
};

/** The figures of one run of a gateway for one dialect. */
export type UsageDocument = {
  readonly schema: 1;
  readonly rows: readonly UsageRow[];
  /** How often it was saved. It shows whether a save took effect whose answer was lost. */
  readonly saves: number;
  /** Runs whose figures are part of this document, so that none is added twice. */
  readonly includes: readonly string[];
  readonly updatedAtMs: number;
};

/**
 * The most rows of one document, so that it fits into a record. Callers beyond that are counted together
 * under client `other`.
 */
export const MAX_USAGE_ROWS = 250;

/** The most fields of one row. */
export const MAX_USAGE_FIELDS = 32;

/** Adds up the rows of any number of documents, with the most recently called first. */
export function mergeUsage(lists: Iterable<readonly UsageRow[]>): UsageRow[] {
  const callers = new Map<string, UsageRow>();
  for (const rows of lists) {
    for (const row of rows) {
      const key = callerKey(row);
      const before = callers.get(key);
      callers.set(key, before ? addRows(before, row) : row);
    }
  }
  return [...callers.values()].sort((a, b) => b.lastCallAtMs - a.lastCallAtMs);
}

/** The text that identifies a caller. */
export function callerKey({ dialect, operation, tenant, credential, client }: UsageCaller): string {
  return JSON.stringify([dialect, operation, tenant, credential, client]);
}

/** The sum of two rows of the same caller. */
export function addRows(a: UsageRow, b: UsageRow): UsageRow {
  const fields: Record<string, number> = { ...a.fields };
  for (const [field, count] of Object.entries(b.fields)) {
    if (field in fields || Object.keys(fields).length < MAX_USAGE_FIELDS)
      fields[field] = (fields[field] ?? 0) + count;
  }
  return {
    ...a,
    deprecated: a.deprecated || b.deprecated,
    calls: a.calls + b.calls,
    refused: a.refused + b.refused,
    firstCallAtMs: Math.min(a.firstCallAtMs, b.firstCallAtMs),
    lastCallAtMs: Math.max(a.lastCallAtMs, b.lastCallAtMs),
    fields,
  };
}

/** Counts the least recent callers beyond the bound together. */
export function withinBound(rows: readonly UsageRow[]): UsageRow[] {
  const kept = rows.slice(0, MAX_USAGE_ROWS);
  const rest = rows.slice(MAX_USAGE_ROWS).map((row) => ({ ...row, credential: 'other', client: 'other' }));
  return mergeUsage([kept, rest]);
}

/** Reads a stored document. Throws `StoreError` `damaged` where it is malformed. */
export function readUsageDocument(value: Json): UsageDocument {
  if (isUsageDocument(value)) return value;
  throw new StoreError('damaged');
}

function isUsageDocument(value: Json): value is Json & UsageDocument {
  return (
    isJsonObject(value) &&
    value.schema === 1 &&
    Array.isArray(value.rows) &&
    Array.isArray(value.includes) &&
    typeof value.saves === 'number' &&
    typeof value.updatedAtMs === 'number'
  );
}

/** A row as it is shown, with instants as text. */
export type ShownUsage = Omit<UsageRow, 'firstCallAtMs' | 'lastCallAtMs'> & {
  readonly firstCallAt: string;
  readonly lastCallAt: string;
};

/** See `ShownUsage`. */
export function describeUsage({ firstCallAtMs, lastCallAtMs, ...row }: UsageRow): ShownUsage {
  return {
    ...row,
    firstCallAt: new Date(firstCallAtMs).toISOString(),
    lastCallAt: new Date(lastCallAtMs).toISOString(),
  };
}
