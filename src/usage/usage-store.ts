import type { Clock, RecordStore } from '../domain/index.ts';
import {
  mergeUsage,
  readUsageDocument,
  type UsageDocument,
  type UsageRow,
  withinBound,
} from './usage-document.ts';

const PREFIX = 'usage/';
/** The run of the merged figures. */
const TOTAL = 'total';
/** A run that was silent for this many milliseconds has ended, or has nothing more to save. */
const FINISHED_AFTER_MS = 3_600_000;

/** The key of a run's figures. */
export function usageKey(runId: string, dialect: string): string {
  return `${PREFIX}${runId}/${dialect}`;
}

/** The figures of all gateways and all their runs, summed by caller, with the most recent call first. */
export async function readUsage(records: RecordStore): Promise<UsageRow[]> {
  const documents = await readDocuments(records);
  const included = new Set(documents.flatMap(({ dialect, document }) => includedKeys(dialect, document)));
  return mergeUsage(documents.filter(({ key }) => !included.has(key)).map(({ document }) => document.rows));
}

/**
 * Merges the figures of ended runs into one document for each dialect, so that the number of documents stays
 * bounded. A crash between its two steps counts nothing twice: runs in the sum are not read again.
 */
export async function foldFinishedRuns(records: RecordStore, clock: Clock): Promise<void> {
  const documents = await readDocuments(records);
  const finished = documents.filter(
    ({ run, document }) => run !== TOTAL && clock.nowMs() - document.updatedAtMs > FINISHED_AFTER_MS,
  );
  for (const dialect of new Set(finished.map((found) => found.dialect))) {
    await foldDialect(
      records,
      dialect,
      finished.filter((found) => found.dialect === dialect),
      clock.nowMs(),
    );
  }
}

interface FoundDocument {
  readonly key: string;
  readonly run: string;
  readonly dialect: string;
  readonly version: string;
  readonly document: UsageDocument;
}

async function foldDialect(
  records: RecordStore,
  dialect: string,
  finished: readonly FoundDocument[],
  nowMs: number,
): Promise<void> {
  const key = usageKey(TOTAL, dialect);
  const stored = await records.read(key);
  const total = stored && readUsageDocument(stored.value);
  const missing = finished.filter(({ run }) => !total?.includes.includes(run));
  const merged: UsageDocument = {
    schema: 1,
    rows: withinBound(mergeUsage([total?.rows ?? [], ...missing.map(({ document }) => document.rows)])),
    saves: (total?.saves ?? 0) + 1,
    // Runs whose documents are gone do not have to be listed.
    includes: finished.map(({ run }) => run),
    updatedAtMs: nowMs,
  };
  // Another gateway that starts now does the same work. The first one wins, and the other one leaves it.
  if ((await records.swap(key, stored?.version, merged)) === 'conflict') return;
  for (const { key: done, version } of finished) await records.remove(done, version);
}

async function readDocuments(records: RecordStore): Promise<FoundDocument[]> {
  const found: FoundDocument[] = [];
  for await (const key of records.list(PREFIX)) {
    const record = await records.read(key);
    const [run, dialect] = key.slice(PREFIX.length).split('/');
    if (!record || run === undefined || dialect === undefined) continue;
    found.push({ key, run, dialect, version: record.version, document: readUsageDocument(record.value) });
  }
  return found;
}

function includedKeys(dialect: string, { includes }: UsageDocument): string[] {
  return includes.map((run) => usageKey(run, dialect));
}
