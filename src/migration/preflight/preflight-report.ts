import type { OperatedBackend } from '../operate/operated-backend.ts';
import { keyPart, type MigrationName } from '../stages/stage-store.ts';

/** One check before the first step. `failed` stands in the way of `dual-write`. */
export type PreflightCheck = {
  readonly name: string;
  readonly verdict: 'good' | 'warning' | 'failed';
  readonly found: string;
  /** A few ids of the list, or addresses with ids in them. They are shown to the operator and not stored. */
  readonly examples?: readonly string[];
  /** What to do about it. */
  readonly next?: string;
};

/** What clients will notice in a stage. */
export type StageDifference = { readonly stage: string; readonly clients: readonly string[] };

/** How long the runs over the list will take. */
export type RunEstimate = {
  readonly people: number;
  readonly requestsPerPerson: number;
  /** The pace of the settings. */
  readonly requestsPerSecond: number;
  /** What holds the runs up: the pace, or the backend's own speed. */
  readonly heldUpBy: 'pace' | 'backend';
  readonly backfillSeconds: number;
  readonly verifySeconds: number;
};

/** What a preflight found; stored for the gate, without its examples. */
export type PreflightReport = {
  readonly schema: 1;
  readonly atMs: number;
  readonly baseUrl: string;
  readonly speaks: string;
  readonly listed: number;
  readonly sampled: number;
  /** Nothing failed. */
  readonly passed: boolean;
  readonly checks: readonly PreflightCheck[];
  readonly differences: readonly StageDifference[];
  readonly estimate?: RunEstimate;
};

/** Stores the newest report. It holds no ids of people, so an erasure does not have to change it. */
export async function keepPreflight({ at, core }: OperatedBackend, report: PreflightReport): Promise<void> {
  const key = preflightKey(at.name);
  const before = await core.records.read(key);
  await core.records.swap(key, before?.version, {
    ...report,
    checks: report.checks.map(({ examples: _notKept, ...check }) => check),
  });
}

/** The newest report; `undefined` where there is none. */
export async function readPreflight({ at, core }: OperatedBackend): Promise<PreflightReport | undefined> {
  const found = await core.records.read(preflightKey(at.name));
  return found && isReport(found.value) ? found.value : undefined;
}

/** Reads the warnings of the newest report. */
export async function readWarnings(
  operated: OperatedBackend,
): Promise<readonly Pick<PreflightCheck, 'name' | 'found' | 'next'>[]> {
  const preflight = await readPreflight(operated);
  return (preflight?.checks ?? [])
    .filter(({ verdict }) => verdict === 'warning')
    .map(({ name, found, next }) => ({ name, found, ...(next === undefined ? {} : { next }) }));
}

function preflightKey({ tenant, dialect }: MigrationName): string {
  return `migration/preflights/${keyPart(tenant)}/${keyPart(dialect)}`;
}

function isReport(value: unknown): value is PreflightReport {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === 1;
}
