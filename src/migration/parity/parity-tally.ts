import type { Clock, Json, RecordStore } from '../../domain/index.ts';
import { keyPart, type MigrationName, readStage } from '../stages/stage-store.ts';
import type { DifferingValues } from './differing-values.ts';
import { createSample, decodeSample, type SampledComparison } from './sample.ts';
import { isEquivalent, type LevelVerdicts, type ParityVerdict } from './verdict.ts';

/** Figures of one operation. */
export type OperationTally = {
  readonly compared: number;
  readonly verdicts: Readonly<Partial<Record<ParityVerdict, number>>>;
  /** How often each level differed. */
  readonly differing: Readonly<Partial<Record<keyof LevelVerdicts, number>>>;
};

/** The comparisons of one gateway process, or of all together. */
export type ParityTally = {
  readonly operations: Readonly<Record<string, OperationTally>>;
  /** By reason. */
  readonly notCompared: Readonly<Record<string, number>>;
  /** By operation: paths that differ between two answers of the backend itself. */
  readonly noise: Readonly<Record<string, readonly string[]>>;
  /** The newest comparisons of one process with whom they concerned. */
  readonly sample?: string;
  /** The revision with which `shadow` was reached; absent: from the beginning. */
  readonly shadowedSinceRevision?: number;
};

/** A difference, without secrets. */
export type ParityDifference = {
  readonly atMs: number;
  readonly operationId: string;
  readonly subjectKey: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly verdict: ParityVerdict;
  readonly levels: LevelVerdicts;
  readonly paths: readonly string[];
  /**
   * Paths that differ and do not count, because the backend differs from itself there or the settings allow
   * it.
   */
  readonly ignored?: readonly string[];
  /** Both values at the paths that differ, including ignored ones, if the settings ask for them. */
  readonly values?: DifferingValues;
  /** Absent where the backend speaks another dialect. */
  readonly statuses?: readonly [theirs: number, ours: number];
  readonly requestSha256?: string;
  /** Where the pictures of the request are kept, if the settings say so. */
  readonly pictureKeys?: readonly string[];
};

const NOTHING: ParityTally = { operations: {}, notCompared: {}, noise: {} };

/** Why a shadowed request was not compared. */
export type NotComparedReason =
  | 'operation not compared'
  | 'outside the ramp'
  | 'not known here'
  | 'not sampled'
  | 'queue full'
  | 'not written here yet'
  | 'refused before the backend'
  | 'no answer from the backend'
  | 'cut off'
  | 'answer too long'
  | 'body: too large'
  | 'body: disk'
  | 'body: anonymous'
  | 'no answer here'
  | 'no picture from the backend'
  | 'picture: not held here'
  | 'picture: not given by the backend'
  | 'picture: body gone here'
  | 'failed here'
  | 'stopped';

/** Gets every comparison, and every request that was not compared. */
export interface ParityObserver {
  compared(operationId: string, verdict: ParityVerdict, levels: LevelVerdicts): void;
  notCompared(reason: NotComparedReason): void;
}

/** Counts comparisons and keeps the newest differences, in memory until `flush`. */
export interface ParityBook extends Pick<ParityObserver, 'notCompared'> {
  compared(operationId: string, verdict: ParityVerdict, levels: LevelVerdicts, subjectKey: string): void;
  learnNoise(operationId: string, paths: readonly string[]): void;
  noiseOf(operationId: string): ReadonlySet<string>;
  /** Gives the difference that had to make room. */
  keep(difference: ParityDifference): Promise<ParityDifference | undefined>;
  flush(): Promise<void>;
}

/** The book of one gateway process for one migration; earlier processes keep theirs. */
export function createParityBook(parts: {
  readonly records: RecordStore;
  readonly name: MigrationName;
  readonly gatewayId: string;
  readonly clock: Clock;
  /** Differences kept by this process. */
  readonly maxDifferences: number;
  /** Gets every comparison as well. */
  readonly observer?: ParityObserver;
}): ParityBook {
  let tally = NOTHING;
  let flushed: ParityTally | undefined;
  let version: string | undefined;
  let differences = 0;
  let sample = createSample();
  let span: number | undefined;
  const key = `${tallyPrefix(parts.name)}${parts.gatewayId}`;

  return {
    compared(operationId, verdict, levels, subjectKey) {
      parts.observer?.compared(operationId, verdict, levels);
      sample.add({ subjectKey, isDifferent: !isEquivalent(verdict) });
      const before = tally.operations[operationId] ?? { compared: 0, verdicts: {}, differing: {} };
      const differing = { ...before.differing };
      for (const [level, value] of Object.entries(levels) as [keyof LevelVerdicts, string][]) {
        if (value !== 'same') differing[level] = (differing[level] ?? 0) + 1;
      }
      const verdicts = { ...before.verdicts, [verdict]: (before.verdicts[verdict] ?? 0) + 1 };
      const after = { compared: before.compared + 1, verdicts, differing };
      tally = { ...tally, operations: { ...tally.operations, [operationId]: after } };
    },
    notCompared(reason) {
      parts.observer?.notCompared(reason);
      const count = (tally.notCompared[reason] ?? 0) + 1;
      tally = { ...tally, notCompared: { ...tally.notCompared, [reason]: count } };
    },
    learnNoise(operationId, paths) {
      if (paths.length === 0) return;
      const known = tally.noise[operationId] ?? [];
      const all = [...new Set([...known, ...paths])].slice(0, 100);
      tally = { ...tally, noise: { ...tally.noise, [operationId]: all } };
    },
    noiseOf: (operationId) => new Set(tally.noise[operationId] ?? []),
    async keep(difference) {
      if (parts.maxDifferences === 0) return undefined;
      const at = differences % parts.maxDifferences;
      differences += 1;
      const place = `${differencePrefix(parts.name)}${parts.gatewayId}/${String(at).padStart(6, '0')}`;
      const before = await parts.records.read(place);
      await parts.records.swap(place, before?.version, difference);
      return before && isDifference(before.value) ? before.value : undefined;
    },
    async flush() {
      if (tally === flushed || tally === NOTHING) return;
      const spanNow = await readSpan(parts.records, parts.name);
      if (span !== undefined && span !== spanNow) {
        // `shadow` was reached anew. What was compared before it does not count any more.
        tally = { ...NOTHING, noise: tally.noise };
        sample = createSample();
      }
      span = spanNow;
      const now = tally;
      version ??= (await parts.records.read(key))?.version;
      const stored = { ...now, sample: sample.encode(), shadowedSinceRevision: span };
      const result = await parts.records.swap(key, version, stored);
      if (result === 'conflict') version = undefined;
      else {
        ({ version } = result);
        flushed = now;
      }
    },
  };
}

/** The sum over all gateway processes, past ones included, since `shadow` was last reached. */
export async function readTally(records: RecordStore, name: MigrationName): Promise<ParityTally> {
  let sum = NOTHING;
  for await (const tally of readTallies(records, name)) sum = addTallies(sum, tally);
  return sum;
}

/** The newest comparisons of all gateway processes, past ones included, since `shadow` was last reached. */
export async function* readSample(
  records: RecordStore,
  name: MigrationName,
): AsyncGenerator<SampledComparison> {
  for await (const { sample = '' } of readTallies(records, name)) yield* decodeSample(sample);
}

async function* readTallies(records: RecordStore, name: MigrationName): AsyncGenerator<ParityTally> {
  const span = await readSpan(records, name);
  for await (const key of records.list(tallyPrefix(name))) {
    const found = await records.read(key);
    if (found && isTally(found.value) && (found.value.shadowedSinceRevision ?? 0) === span) yield found.value;
  }
}

async function readSpan(records: RecordStore, name: MigrationName): Promise<number> {
  return (await readStage(records, name))?.record.shadowedSinceRevision ?? 0;
}

/** Kept differences, of all processes. */
export async function* readDifferences(
  records: RecordStore,
  name: MigrationName,
): AsyncGenerator<ParityDifference> {
  for await (const key of records.list(differencePrefix(name))) {
    const found = await records.read(key);
    if (found && isDifference(found.value)) yield found.value;
  }
}

function tallyPrefix({ tenant, dialect }: MigrationName): string {
  return `migration/parity/${keyPart(tenant)}/${keyPart(dialect)}/`;
}

function differencePrefix({ tenant, dialect }: MigrationName): string {
  return `migration/differences/${keyPart(tenant)}/${keyPart(dialect)}/`;
}

function addTallies(one: ParityTally, other: ParityTally): ParityTally {
  const operations: Record<string, OperationTally> = { ...one.operations };
  for (const [id, tally] of Object.entries(other.operations)) {
    const before = operations[id];
    operations[id] = before
      ? {
          compared: before.compared + tally.compared,
          verdicts: addCounts(before.verdicts, tally.verdicts),
          differing: addCounts(before.differing, tally.differing),
        }
      : tally;
  }
  const noise: Record<string, readonly string[]> = { ...one.noise };
  for (const [id, paths] of Object.entries(other.noise)) {
    noise[id] = [...new Set([...(noise[id] ?? []), ...paths])];
  }
  return { operations, notCompared: addCounts(one.notCompared, other.notCompared), noise };
}

function addCounts<K extends string>(
  one: Readonly<Partial<Record<K, number>>>,
  other: Readonly<Partial<Record<K, number>>>,
): Record<K, number> {
  const sum = { ...one } as Record<K, number>;
  for (const [key, count] of Object.entries(other) as [K, number][]) sum[key] = (sum[key] ?? 0) + count;
  return sum;
}

function isTally(value: Json): value is ParityTally {
  return typeof value === 'object' && value !== null && 'operations' in value && 'notCompared' in value;
}

function isDifference(value: Json): value is ParityDifference {
  return typeof value === 'object' && value !== null && 'verdict' in value && 'levels' in value;
}
