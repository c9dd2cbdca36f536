import { ProblemError } from '../../domain/index.ts';
import { peopleAtOnce } from '../lists/backfill-list.ts';
import type { OperatedBackend } from '../operate/operated-backend.ts';
import { readTally } from '../parity/parity-tally.ts';
import type { Backend } from '../replicas/backend.ts';
import type { HttpBackend } from '../upstream/http-backend.ts';
import { checkPeople, checkReach, type Reach } from './check-findings.ts';
import { foreseeDifferences } from './foresee-differences.ts';
import { lookAtPerson, type PersonFinding } from './look-at-person.ts';
import { keepPreflight, type PreflightReport, type RunEstimate } from './preflight-report.ts';

/**
 * Examines a sample of the list in the way of the later steps, and reports what is in their way. Writes only
 * its report. It sends at the pace of runs over lists, and rejects once the signal has fired: a part of a
 * sample must not decide at the gate.
 */
export async function runPreflight(
  operated: OperatedBackend,
  ids: readonly string[],
  options: {
    readonly sample: number;
    readonly concurrency: number;
    readonly signal: AbortSignal;
    readonly onProgress?: (done: number, of: number) => void;
  },
): Promise<PreflightReport> {
  const { at, core } = operated;
  const { signal } = options;
  const reach = await reachBackend(operated, signal);
  const sampled = reach.kind === 'answers' ? sampleOf(ids, options.sample) : [];
  const paced = { ...operated, at: { ...at, backend: pacedBackend(operated, signal) } };
  const findings: PersonFinding[] = [];
  for (const id of sampled) {
    signal.throwIfAborted();
    findings.push(await lookAtPerson(paced, id));
    options.onProgress?.(findings.length, sampled.length);
  }
  const { notCompared } = await readTally(core.records, at.name);
  const strangers = notCompared['not known here'] ?? 0;
  const checks = [checkReach(reach), ...checkPeople(at, findings, strangers)];
  const estimate = estimateRuns(operated, ids.length, options.concurrency, findings);
  const report: PreflightReport = {
    schema: 1,
    atMs: core.clock.nowMs(),
    baseUrl: at.settings.baseUrl,
    speaks: at.settings.speaks ?? at.name.dialect,
    listed: ids.length,
    sampled: sampled.length,
    passed: checks.every(({ verdict }) => verdict !== 'failed'),
    checks,
    differences: foreseeDifferences(at, findings, strangers),
    ...(estimate ? { estimate } : {}),
  };
  signal.throwIfAborted();
  await keepPreflight(operated, report);
  return report;
}

/** The backend as runs over lists call it: all of them share one pace. */
function pacedBackend({ at }: OperatedBackend, signal: AbortSignal): HttpBackend {
  const { backend } = at.pacedReplica(signal);
  if (!isHttpBackend(backend)) throw new Error('a backend that is not called over HTTP');
  return backend;
}

function isHttpBackend(backend: Backend): backend is HttpBackend {
  return 'ask' in backend && 'addressOf' in backend;
}

/** Any answer shows that the backend can be reached. The check of the people looks at what answers say. */
async function reachBackend({ at }: OperatedBackend, signal: AbortSignal): Promise<Reach> {
  const beganAt = performance.now();
  const limitMs = (at.settings.connectTimeoutSeconds + at.settings.timeoutSeconds) * 1000;
  try {
    const { status, body } = await at.connection.request({
      origin: at.address.origin,
      target: at.address.basePath || '/',
      method: 'GET',
      rawHeaders: [],
      signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
    });
    body.on('error', () => {}).resume();
    return { kind: 'answers', status, tookMs: performance.now() - beganAt };
  } catch (cause) {
    if (!(cause instanceof ProblemError)) throw cause;
    const why = cause.cause instanceof Error ? cause.cause.message : cause.message;
    return { kind: 'silent', why };
  }
}

/** People from the whole list, evenly spread: lists are often sorted by age. */
function sampleOf(ids: readonly string[], wanted: number): string[] {
  const size = Math.min(wanted, ids.length);
  return Array.from({ length: size }, (_, at) => ids[Math.floor((at * ids.length) / size)] ?? '');
}

function estimateRuns(
  { at }: OperatedBackend,
  people: number,
  concurrency: number,
  findings: readonly PersonFinding[],
): RunEstimate | undefined {
  const asked = findings.filter(({ requests }) => requests > 0);
  if (asked.length === 0) return undefined;
  const sum = (value: (finding: PersonFinding) => number) =>
    asked.reduce((total, finding) => total + value(finding), 0);
  const requestsPerPerson = sum(({ requests }) => requests) / asked.length;
  const { requestsPerSecond } = at.settings;
  const byPace = requestsPerPerson / requestsPerSecond;
  const atOnce = peopleAtOnce(concurrency, requestsPerSecond);
  const byBackend = sum(({ tookMs }) => tookMs) / asked.length / 1000 / atOnce;
  const seconds = Math.ceil(people * Math.max(byPace, byBackend));
  return {
    people,
    requestsPerPerson,
    requestsPerSecond,
    heldUpBy: byPace >= byBackend ? 'pace' : 'backend',
    backfillSeconds: seconds,
    // A verification sends the same requests. The comparison itself takes less time than they do.
    verifySeconds: seconds,
  };
}
