import type { CorpusFindings } from './run-corpus.ts';
import type { FileVerdict } from './try-file.ts';

/** One sum over some files. */
export type CorpusTotals = {
  readonly files: number;
  readonly accepted: number;
  /** By kind of problem. */
  readonly refused: Readonly<Record<string, number>>;
  /** Mistakes of ours: each would be a 5xx. */
  readonly errors: number;
  readonly killed: number;
  readonly slowest: { readonly file: string; readonly ms: number } | null;
  readonly locationIn: number;
  readonly locationOut: number;
};

/** The report as it is written to the JSON file. */
export type CorpusReport = {
  readonly policy: string;
  readonly timeoutSeconds: number;
  /** How each worker ended that ended by itself. */
  readonly crashes: readonly string[];
  readonly peakMemoryMiB: number;
  readonly corpus: CorpusTotals;
  readonly mutations: CorpusTotals;
  /** Files whose verdict is not the one that `expected.json` names. */
  readonly unexpected: readonly {
    readonly file: string;
    readonly expected: string;
    readonly found: string;
  }[];
  /** What must not be and is; empty when all is well. */
  readonly faults: readonly string[];
  readonly files: readonly FileVerdict[];
};

/** Two workers and the process that drives them. */
const CEILING_MIB = 1024;
const SLACK_MS = 1000;
const MIB = 1024 * 1024;

/** Sums the findings up and says what broke a promise. */
export function reportCorpus(
  findings: CorpusFindings,
  context: {
    readonly policy: string;
    readonly timeoutSeconds: number;
    readonly crashes: readonly string[];
    readonly expected: Readonly<Record<string, string>>;
  },
): CorpusReport {
  const { policy, timeoutSeconds, crashes, expected } = context;
  const peakMemoryMiB = Math.round(findings.peakMemoryBytes / MIB);
  const all = [...findings.files, ...findings.mutants];
  const unexpected = findings.files
    .filter(({ file, verdict }) => expected[file] !== undefined && expected[file] !== verdict)
    .map(({ file, verdict }) => ({ file, expected: expected[file] ?? '', found: verdict }));
  const serverErrors = all.filter(({ verdict }) => verdict === 'error' || verdict === 'overloaded');
  const late = all.filter(({ ms }) => ms > timeoutSeconds * 1000 + SLACK_MS);
  const telling = all.filter(({ locationOut }) => locationOut);
  const faults = [
    ...crashes,
    ...serverErrors.map(({ file, verdict, detail }) => `${file}: ${verdict} ${detail}`),
    ...late.map(({ file, ms }) => `${file}: ${ms} ms`),
    ...telling.map(({ file }) => `${file}: its location comes out`),
    ...unexpected.map(({ file, expected: want, found }) => `${file}: ${found} instead of ${want}`),
    ...(peakMemoryMiB >= CEILING_MIB ? [`${peakMemoryMiB} MiB of memory`] : []),
  ];
  return {
    policy,
    timeoutSeconds,
    crashes,
    peakMemoryMiB,
    corpus: totalsOf(findings.files),
    mutations: totalsOf(findings.mutants),
    unexpected,
    faults,
    files: findings.files,
  };
}

function totalsOf(verdicts: readonly FileVerdict[]): CorpusTotals {
  const refused: Record<string, number> = {};
  for (const { verdict } of verdicts) {
    if (verdict !== 'accepted' && verdict !== 'error') refused[verdict] = (refused[verdict] ?? 0) + 1;
  }
  const count = (test: (verdict: FileVerdict) => boolean) => verdicts.filter(test).length;
  const slowest = [...verdicts].sort((one, other) => other.ms - one.ms)[0];
  return {
    files: verdicts.length,
    accepted: count(({ verdict }) => verdict === 'accepted'),
    refused,
    errors: count(({ verdict }) => verdict === 'error'),
    killed: count(({ killed }) => killed),
    slowest: slowest ? { file: slowest.file, ms: slowest.ms } : null,
    locationIn: count(({ locationIn }) => locationIn),
    locationOut: count(({ locationOut }) => locationOut),
  };
}
