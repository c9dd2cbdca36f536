import { bodiesNamedBy } from '../core/body-references.ts';
import { readSubjectRecord } from '../core/subject-records.ts';
import type { ObjectFacts, ObjectStore, RecordStore } from '../domain/index.ts';
import { bodiesNamedElsewhere } from './bodies-named-elsewhere.ts';
import { inBatches, mapAtOnce } from './in-batches.ts';
import { type Batch, type ResumableRun, type RunResult, runResumably } from './resumable-run.ts';
import { storeNowMs } from './store-clock.ts';

/** What a sweep has seen and done. */
export type SweepReport = {
  readonly bodies: number;
  readonly bytes: number;
  readonly subjects: number;
  /** Not named by any record and older than the grace time: deleted, or counted alone in a dry run. */
  readonly orphans: number;
  readonly orphanBytes: number;
  /** Not named by any record but young: an upload may be about to name them. */
  readonly young: number;
  /** Keys that this release does not know; they are left alone. */
  readonly unknown: number;
};

/** How a store is swept. */
export interface SweepOptions extends Pick<ResumableRun<SweepReport>, 'restart' | 'signal' | 'onProgress'> {
  /** An upload must swap its record within this time of writing its bodies. */
  readonly graceSeconds: number;
  readonly dryRun: boolean;
}

const NOTHING: SweepReport = {
  bodies: 0,
  bytes: 0,
  subjects: 0,
  orphans: 0,
  orphanBytes: 0,
  young: 0,
  unknown: 0,
};

/** Subjects looked at between two chances to stop. */
const SUBJECTS_PER_BATCH = 64;

/** Records read at once. */
const SUBJECTS_AT_ONCE = 8;

interface SubjectBodies {
  readonly subjectKey: string;
  readonly bodies: ObjectFacts[];
}

/** By what a body is judged. */
interface Judgement {
  readonly oldBeforeMs: number;
  readonly namedElsewhere: ReadonlySet<string>;
}

/**
 * Deletes bodies that no record names: what crashed uploads and failed deletions left. Safe beside gateways that serve: a body is
 * judged by the record as it is after the body was listed, and only once it is older than any upload under way can be.
 */
export async function sweepOrphans(
  store: { readonly objects: ObjectStore; readonly records: RecordStore },
  options: SweepOptions,
): Promise<RunResult<SweepReport>> {
  // The time first: what is written while the other records are read, however long that takes, is young.
  const oldBeforeMs = (await storeNowMs(store.objects)) - options.graceSeconds * 1000;
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

/** What gateways and sweeps put to try the store, and died before they could delete it. */
async function sweepProbes(objects: ObjectStore, oldBeforeMs: number): Promise<void> {
  for await (const { key, modifiedAtMs } of objects.list('probe/')) {
    if (modifiedAtMs <= oldBeforeMs) await objects.delete(key);
  }
}

async function sweepSubject(
  { objects, records }: { readonly objects: ObjectStore; readonly records: RecordStore },
  { subjectKey, bodies }: SubjectBodies,
  { dryRun, oldBeforeMs, namedElsewhere }: SweepOptions & Judgement,
): Promise<SweepReport> {
  const seen = { ...NOTHING, bodies: bodies.length, bytes: totalBytes(bodies) };
  if (subjectKey === '') return { ...seen, unknown: bodies.length };
  const { record } = await readSubjectRecord(records, subjectKey);
  const named = record ? bodiesNamedBy(record) : new Set<string>();
  const unnamed = bodies.filter(({ key }) => !named.has(key) && !namedElsewhere.has(key));
  const orphans = unnamed.filter(({ modifiedAtMs }) => modifiedAtMs <= oldBeforeMs);
  if (!dryRun) await Promise.all(orphans.map(({ key }) => objects.delete(key)));
  return {
    ...seen,
    subjects: 1,
    orphans: orphans.length,
    orphanBytes: totalBytes(orphans),
    young: unnamed.length - orphans.length,
  };
}

/** Bodies in order, those of one subject together; those of no subject under the name ''. */
async function* bySubject(objects: ObjectStore, after: string | undefined): AsyncGenerator<SubjectBodies> {
  let current: SubjectBodies | undefined;
  for await (const facts of objects.list('bodies/', after === undefined ? {} : { after })) {
    const subjectKey = /^bodies\/([0-9a-f]{32})\/[^/]+\/[^/]+$/.exec(facts.key)?.[1] ?? '';
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
  };
}
