import { ProblemError } from '../../domain/index.ts';
import { peopleAtOnce } from '../lists/backfill-list.ts';
import type { OperatedBackend } from '../operate/operated-backend.ts';
import { readTally } from '../parity/parity-tally.ts';
import { checkPeople, checkReach, type Reach } from './check-findings.ts';
import { foreseeDifferences } from './foresee-differences.ts';
import { lookAtPerson, type PersonFinding } from './look-at-person.ts';
import { keepPreflight, type PreflightReport, type RunEstimate } from './preflight-report.ts';

/**
 * Examines a sample of the list in the way of the later steps, and reports what is in their way. Writes only
 * its report.
 */
export async function runPreflight(
  operated: OperatedBackend,
  ids: readonly string[],
  options: {
    readonly sample: number;
    readonly concurrency: number;
    readonly onProgress?: (done: number, of: number) => void;
  },
): Promise<PreflightReport> {
  const { at, core } = operated;
  const reach = await reachBackend(operated);
  const sampled = reach.kind === 'answers' ? sampleOf(ids, options.sample) : [];
  const findings: PersonFinding[] = [];
  for (const id of sampled) {
    findings.push(await lookAtPerson(operated, id));
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
  await keepPreflight(operated, report);
  return report;
}

/** Any answer shows that the backend can be reached. The check of the people looks at what answers say. */
async function reachBackend({ at }: OperatedBackend): Promise<Reach> {
  const beganAt = performance.now();
  try {
    const { status, body } = await at.connection.request({
      origin: at.address.origin,
      target: at.address.basePath || '/',
      method: 'GET',
      rawHeaders: [],
      signal: AbortSignal.timeout((at.settings.connectTimeoutSeconds + at.settings.timeoutSeconds) * 1000),
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
