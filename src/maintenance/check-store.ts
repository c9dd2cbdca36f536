import { createHash } from 'node:crypto';
import { bodiesNamedBy } from '../core/body-references.ts';
import { readSubjectRecord } from '../core/subject-records.ts';
import {
  type ObjectStore,
  type RecordStore,
  type StoredBody,
  StoreError,
  type SubjectRecord,
} from '../domain/index.ts';
import { inBatches, mapAtOnce } from './in-batches.ts';
import { type Batch, type ResumableRun, type RunResult, runResumably } from './resumable-run.ts';

/** Something that is not as its record says. */
export type Finding = {
  /** The record's key. */
  readonly record: string;
  /** The body's key; absent where the record itself cannot be read. */
  readonly body?: string;
  readonly damage: 'record-unreadable' | 'body-missing' | 'body-size' | 'body-digest';
};

/** What a check has seen. */
export type CheckReport = {
  readonly records: number;
  readonly bodies: number;
  readonly bytes: number;
  readonly damaged: number;
  /** The first of what is damaged, at most 500. */
  readonly findings: readonly Finding[];
};

/** How a store is checked. */
export type CheckOptions = Pick<ResumableRun<CheckReport>, 'restart' | 'signal' | 'onProgress'>;

const NOTHING: CheckReport = { records: 0, bodies: 0, bytes: 0, damaged: 0, findings: [] };
const MAX_FINDINGS = 500;
const RECORDS_PER_BATCH = 32;
const RECORDS_AT_ONCE = 4;
const RECORD_PREFIX = 'subjects/';

interface Stores {
  readonly objects: ObjectStore;
  readonly records: RecordStore;
}

/**
 * Reads every subject's record and every body that it names, and compares size and SHA-256. Changes nothing. Safe beside gateways
 * that serve: what seems to be damaged counts only if the newest record still names it.
 */
export async function checkStore(stores: Stores, options: CheckOptions): Promise<RunResult<CheckReport>> {
  async function* batches(after: string | undefined): AsyncGenerator<Batch<CheckReport>> {
    const keys = stores.records.list(RECORD_PREFIX, after === undefined ? {} : { after });
    for await (const batch of inBatches(keys, RECORDS_PER_BATCH)) {
      yield {
        lastKey: batch.at(-1) ?? '',
        work: async (report) =>
          [report, ...(await mapAtOnce(batch, RECORDS_AT_ONCE, (key) => checkRecord(stores, key)))].reduce(
            sum,
          ),
      };
    }
  }
  return await runResumably(
    stores.records,
    { ...options, name: 'fsck', question: 'every body', empty: NOTHING },
    batches,
  );
}

async function checkRecord(stores: Stores, key: string): Promise<CheckReport> {
  const record = await readable(stores.records, key);
  if (record === 'gone') return NOTHING;
  if (record === 'unreadable') {
    return { ...NOTHING, records: 1, damaged: 1, findings: [{ record: key, damage: 'record-unreadable' }] };
  }
  let report: CheckReport = { ...NOTHING, records: 1 };
  for (const body of bodiesOf(record)) {
    const damage = await damageOf(stores.objects, body);
    const counts = damage !== undefined && (await stillNamed(stores.records, key, body.key));
    report = sum(report, {
      ...NOTHING,
      bodies: 1,
      bytes: body.bytes,
      damaged: counts ? 1 : 0,
      findings: counts ? [{ record: key, body: body.key, damage }] : [],
    });
  }
  return report;
}

/** Each body once, with the first facts that the record gives for it. */
function bodiesOf(record: SubjectRecord): StoredBody[] {
  const bodies = new Map<string, StoredBody>();
  for (const state of Object.values(record.slots)) {
    if (state.kind !== 'image') continue;
    for (const body of [state.image.original, ...Object.values(state.image.renditions)]) {
      if (!bodies.has(body.key)) bodies.set(body.key, body);
    }
  }
  return [...bodies.values()];
}

async function damageOf(objects: ObjectStore, body: StoredBody): Promise<Finding['damage'] | undefined> {
  const open = await objects.get(body.key);
  if (!open) return 'body-missing';
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of open.stream) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  if (bytes !== body.bytes) return 'body-size';
  return hash.digest('hex') === body.sha256 ? undefined : 'body-digest';
}

async function stillNamed(records: RecordStore, recordKey: string, bodyKey: string): Promise<boolean> {
  const record = await readable(records, recordKey);
  return typeof record === 'object' && bodiesNamedBy(record).has(bodyKey);
}

async function readable(records: RecordStore, key: string): Promise<SubjectRecord | 'gone' | 'unreadable'> {
  try {
    return (await readSubjectRecord(records, key.slice(RECORD_PREFIX.length))).record ?? 'gone';
  } catch (cause) {
    // A backend that cannot be reached ends the check; it says nothing about the record.
    if (cause instanceof StoreError && cause.reason !== 'damaged') throw cause;
    return 'unreadable';
  }
}

function sum(a: CheckReport, b: CheckReport): CheckReport {
  return {
    records: a.records + b.records,
    bodies: a.bodies + b.bodies,
    bytes: a.bytes + b.bytes,
    damaged: a.damaged + b.damaged,
    findings: [...a.findings, ...b.findings].slice(0, MAX_FINDINGS),
  };
}
