import { createHash } from 'node:crypto';
import { bodiesNamedBy } from '../core/body-references.ts';
import { RECORD_PREFIX } from '../core/storage-keys.ts';
import type { ObjectStore, RecordStore, StoredBody, SubjectRecord } from '../domain/index.ts';
import type { CheckedStore, Finding } from './finding.ts';
import { inBatches, mapAtOnce } from './in-batches.ts';
import { detailOfDamage, readCheckedRecord } from './read-checked-record.ts';
import { repairFinding } from './repair-store.ts';
import { type Batch, type ResumableRun, type RunResult, runResumably } from './resumable-run.ts';

/** What a check found. */
export type CheckReport = {
  readonly records: number;
  readonly bodies: number;
  readonly bytes: number;
  readonly damaged: number;
  /** The first damaged ones, at most 500. */
  readonly findings: readonly Finding[];
  /** How many foreign files or objects are in the store's place. */
  readonly foreignFiles: number;
  /** The names of the first of them, at most 20. */
  readonly foreignFileNames: readonly string[];
};

/** How a store is checked. */
export interface CheckOptions extends Pick<ResumableRun<CheckReport>, 'restart' | 'signal' | 'onProgress'> {
  /** Repairs what can be repaired, or says what a repair would do; default: neither. */
  readonly repair?: 'dry-run' | 'now';
}

const NOTHING: CheckReport = {
  records: 0,
  bodies: 0,
  bytes: 0,
  damaged: 0,
  findings: [],
  foreignFiles: 0,
  foreignFileNames: [],
};
const MAX_FOREIGN_NAMES = 20;
const MAX_FINDINGS = 500;
const RECORDS_PER_BATCH = 32;
const RECORDS_AT_ONCE = 4;

/**
 * Reads every record and every body that a subject's record names, and compares size and SHA-256. Changes
 * nothing without `repair`. Safe while gateways serve: damage counts only if the newest record still names
 * the body. One bad record is one finding, and the check continues.
 */
export async function checkStore(
  store: CheckedStore,
  options: CheckOptions,
): Promise<RunResult<CheckReport>> {
  async function* batches(after: string | undefined): AsyncGenerator<Batch<CheckReport>> {
    let foreignFilesSeen = after !== undefined;
    const keys = store.records.list('', after === undefined ? {} : { after });
    for await (const batch of inBatches(keys, RECORDS_PER_BATCH)) {
      const foreignFiles = foreignFilesSeen ? NOTHING : await listForeignFiles(store);
      foreignFilesSeen = true;
      yield {
        lastKey: batch.at(-1) ?? '',
        work: async (report) =>
          [
            report,
            foreignFiles,
            ...(await mapAtOnce(batch, RECORDS_AT_ONCE, (key) => checkAndRepair(store, key, options))),
          ].reduce(sum),
      };
    }
  }
  const question = options.repair === undefined ? 'every record' : `every record, repair ${options.repair}`;
  return await runResumably(store.records, { ...options, name: 'fsck', question, empty: NOTHING }, batches);
}

async function listForeignFiles(store: CheckedStore): Promise<CheckReport> {
  let foreignFiles = 0;
  const foreignFileNames: string[] = [];
  for await (const path of store.foreignFiles?.() ?? []) {
    foreignFiles += 1;
    if (foreignFiles <= MAX_FOREIGN_NAMES) foreignFileNames.push(path);
  }
  return { ...NOTHING, foreignFiles, foreignFileNames };
}

async function checkAndRepair(
  store: CheckedStore,
  key: string,
  { repair }: CheckOptions,
): Promise<CheckReport> {
  const report = key.startsWith(RECORD_PREFIX)
    ? await checkSubject(store, key)
    : await checkOther(store.records, key);
  if (repair === undefined || report.damaged === 0) return report;
  const findings: Finding[] = [];
  for (const finding of report.findings) {
    findings.push({ ...finding, repair: await repairFinding(store, finding, repair === 'dry-run') });
  }
  return { ...report, findings };
}

/** A record of another kind. The check only knows whether it can be read. */
async function checkOther(records: RecordStore, key: string): Promise<CheckReport> {
  try {
    await records.read(key);
    return NOTHING;
  } catch (cause) {
    return unreadable(key, detailOfDamage(cause));
  }
}

function unreadable(record: string, detail: string): CheckReport {
  return { ...NOTHING, damaged: 1, findings: [{ record, damage: 'record-unreadable', detail }] };
}

async function checkSubject(store: CheckedStore, key: string): Promise<CheckReport> {
  const read = await readCheckedRecord(store.records, key);
  if (read.kind === 'gone') return NOTHING;
  if (read.kind === 'unreadable') return { ...unreadable(key, read.detail), records: 1 };
  let report: CheckReport = { ...NOTHING, records: 1 };
  for (const body of bodiesOf(read.record)) {
    const damage = await damageOf(store.objects, body);
    const counts = damage !== undefined && (await isStillNamed(store.records, key, body.key));
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

/** Each body once, with the first facts that the record states about it. */
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

async function isStillNamed(records: RecordStore, recordKey: string, bodyKey: string): Promise<boolean> {
  const read = await readCheckedRecord(records, recordKey);
  return read.kind === 'good' && bodiesNamedBy(read.record).has(bodyKey);
}

function sum(a: CheckReport, b: CheckReport): CheckReport {
  return {
    records: a.records + b.records,
    bodies: a.bodies + b.bodies,
    bytes: a.bytes + b.bytes,
    damaged: a.damaged + b.damaged,
    findings: [...a.findings, ...b.findings].slice(0, MAX_FINDINGS),
    foreignFiles: a.foreignFiles + b.foreignFiles,
    foreignFileNames: [...a.foreignFileNames, ...b.foreignFileNames].slice(0, MAX_FOREIGN_NAMES),
  };
}
