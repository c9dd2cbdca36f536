import { bodiesNamedBy } from '../core/body-references.ts';
import { BODY_PREFIX, parseBodyKey, recordKey } from '../core/storage-keys.ts';
import type { ObjectFacts, ObjectStore, RecordStore } from '../domain/index.ts';
import { bodiesNamedElsewhere } from './bodies-named-elsewhere.ts';
import { countMissingRecords } from './count-missing-records.ts';
import { inBatches, mapAtOnce } from './in-batches.ts';
import { areBodiesKept } from './kept-bodies.ts';
import { readCheckedRecord } from './read-checked-record.ts';
import { type Batch, type ResumableRun, type RunResult, runResumably } from './resumable-run.ts';
import { storeNowMs } from './store-clock.ts';

/** What a sweep found and did. */
export type SweepReport = {
  readonly bodies: number;
  readonly bytes: number;
  readonly subjects: number;
  /** Not named by any record and older than the grace time: deleted, or only counted in a dry run. */
  readonly orphans: number;
  readonly orphanBytes: number;
  /** Not named by any record but young: an upload may be about to name them. */
  readonly young: number;
  /** Keys that this release does not know; they stay. */
  readonly unknown: number;
  /** People whose record cannot be read, or was set aside by a repair; their bodies stay. */
  readonly unreadable: number;
};

/** How a store is swept. */
export interface SweepOptions extends Pick<ResumableRun<SweepReport>, 'restart' | 'signal' | 'onProgress'> {
  /** An upload must swap its record within this time after writing its bodies. */
  readonly graceSeconds: number;
  readonly dryRun: boolean;
  /** Sweeps even where many people with bodies have no record, or had one that was set aside. */
  readonly acceptMissingRecords: boolean;
}

/** Records may be missing, e.g. after half a mount or half a restore. Nothing was deleted. */
export class RecordsMissingError extends Error {
  override readonly name = 'RecordsMissingError';
}

/**
 * The largest share of people with bodies who may have no record. Only a first upload that crashed leaves
 * such a person: a deletion keeps the record.
 */
const MAX_SHARE_WITHOUT_RECORD = 0.1;

const NOTHING: SweepReport = {
  bodies: 0,
  bytes: 0,
  subjects: 0,
  orphans: 0,
  orphanBytes: 0,
  young: 0,
  unknown: 0,
  unreadable: 0,
};

/** How many subjects are swept between two chances to stop. */
const SUBJECTS_PER_BATCH = 64;

/** How many records are read at once. */
const SUBJECTS_AT_ONCE = 8;

interface SubjectBodies {
  readonly subjectKey: string;
  readonly bodies: ObjectFacts[];
}

/** The facts by which a body is judged. */
interface Judgement {
  readonly oldBeforeMs: number;
  readonly namedElsewhere: ReadonlySet<string>;
}

/**
 * Deletes bodies that no record names: crashed uploads and failed deletions left them. Safe while gateways
 * serve. A body is judged by the record as it is after the body was listed, and only once it is older than
 * any upload under way can be.
 */
export async function sweepOrphans(
  store: { readonly objects: ObjectStore; readonly records: RecordStore },
  options: SweepOptions,
): Promise<RunResult<SweepReport>> {
  // The time is read first. Bodies that are written while the other records are read then count as young,
  // however long that takes.
  const oldBeforeMs = (await storeNowMs(store.objects)) - options.graceSeconds * 1000;
  if (!options.acceptMissingRecords) await requireRecords(store, oldBeforeMs);
  const namedElsewhere = await bodiesNamedElsewhere(store.records);

  async function* batches(after: string | undefined): AsyncGenerator<Batch<SweepReport>> {
    for await (const subjects of inBatches(bySubject(store.objects, after), SUBJECTS_PER_BATCH)) {
      yield {
        lastKey: subjects.at(-1)?.bodies.at(-1)?.key ?? '',
        work: async (report) => {
          const reports = await mapAtOnce(subjects, SUBJECTS_AT_ONCE, (subject) =>
            sweepSubject(store, subject, { ...options, oldBeforeMs, namedElsewhere }),
          );
          return [report, ...reports].reduce(sum);
        },
      };
    }
  }

  if (!options.dryRun) await sweepProbes(store.objects, oldBeforeMs);
  return await runResumably(
    store.records,
    {
      ...options,
      name: 'gc',
      question: { graceSeconds: options.graceSeconds, dryRun: options.dryRun },
      empty: NOTHING,
    },
    batches,
  );
}

async function requireRecords(
  store: { readonly objects: ObjectStore; readonly records: RecordStore },
  oldBeforeMs: number,
): Promise<void> {
  const { subjects, withoutRecord } = await countMissingRecords(store, { oldBeforeMs });
  const tolerated = Math.max(1, subjects * MAX_SHARE_WITHOUT_RECORD);
  if (withoutRecord === 0 || (withoutRecord < subjects && withoutRecord <= tolerated)) return;
  throw new RecordsMissingError(
    `${withoutRecord} of ${subjects} people who have bodies have no record: nothing was deleted. ` +
      'See that all records are mounted and restored; if they are, sweep with --accept-missing-records',
  );
}

/**
 * Deletes test objects: gateways and sweeps wrote them to test the store, and ended before they could delete
 * them.
 */
async function sweepProbes(objects: ObjectStore, oldBeforeMs: number): Promise<void> {
  for await (const { key, modifiedAtMs } of objects.list('probe/')) {
    if (modifiedAtMs <= oldBeforeMs) await objects.delete(key);
  }
}

async function sweepSubject(
  { objects, records }: { readonly objects: ObjectStore; readonly records: RecordStore },
  { subjectKey, bodies }: SubjectBodies,
  { dryRun, oldBeforeMs, namedElsewhere, acceptMissingRecords }: SweepOptions & Judgement,
): Promise<SweepReport> {
  const seen = { ...NOTHING, bodies: bodies.length, bytes: totalBytes(bodies) };
  if (subjectKey === '') return { ...seen, unknown: bodies.length };
  const read = await readCheckedRecord(records, recordKey(subjectKey));
  if (read.kind === 'unreadable') return { ...seen, subjects: 1, unreadable: 1 };
  const named = read.kind === 'good' ? bodiesNamedBy(read.record) : new Set<string>();
  const unnamed = bodies.filter(({ key }) => !named.has(key) && !namedElsewhere.has(key));
  const orphans = unnamed.filter(({ modifiedAtMs }) => modifiedAtMs <= oldBeforeMs);
  if (orphans.length > 0 && !acceptMissingRecords && (await areBodiesKept(records, subjectKey)))
    return { ...seen, subjects: 1, unreadable: 1 };
  if (!dryRun) await Promise.all(orphans.map(({ key }) => objects.delete(key)));
  return {
    ...seen,
    subjects: 1,
    orphans: orphans.length,
    orphanBytes: totalBytes(orphans),
    young: unnamed.length - orphans.length,
  };
}

/** Bodies in order, grouped by subject. Those of no subject come under the name ''. */
async function* bySubject(objects: ObjectStore, after: string | undefined): AsyncGenerator<SubjectBodies> {
  let current: SubjectBodies | undefined;
  for await (const facts of objects.list(BODY_PREFIX, after === undefined ? {} : { after })) {
    const subjectKey = parseBodyKey(facts.key)?.subjectKey ?? '';
    if (current?.subjectKey !== subjectKey) {
      if (current) yield current;
      current = { subjectKey, bodies: [] };
    }
    current.bodies.push(facts);
  }
  if (current) yield current;
}

function totalBytes(bodies: readonly ObjectFacts[]): number {
  return bodies.reduce((total, { bytes }) => total + bytes, 0);
}

function sum(a: SweepReport, b: SweepReport): SweepReport {
  return {
    bodies: a.bodies + b.bodies,
    bytes: a.bytes + b.bytes,
    subjects: a.subjects + b.subjects,
    orphans: a.orphans + b.orphans,
    orphanBytes: a.orphanBytes + b.orphanBytes,
    young: a.young + b.young,
    unknown: a.unknown + b.unknown,
    unreadable: a.unreadable + b.unreadable,
  };
}
