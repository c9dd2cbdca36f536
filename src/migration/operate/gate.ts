import { createHash } from 'node:crypto';
import { readPreflight } from '../preflight/preflight-report.ts';
import { type Backlog, readBacklog } from '../replicas/backlog.ts';
import { awaitDrained } from '../replicas/unfinished-writes.ts';
import { gatewaysBehind, leadPastShadow } from '../stages/change-stage.ts';
import { readHeartbeats } from '../stages/heartbeat.ts';
import { countLeftOut, type Rollout } from '../stages/rollout.ts';
import { STAGES } from '../stages/stage.ts';
import { loadCohorts, type StageRecord } from '../stages/stage-record.ts';
import { copiedGuard, findNeverCopied } from './copied-people.ts';
import {
  findMoved,
  findParity,
  findVerification,
  type ParityFigures,
  type StepVerification,
} from './evidence.ts';
import type { Guard } from './guard.ts';
import type { OperatedBackend } from './operated-backend.ts';
import { preflightGuard } from './preflight-guard.ts';
import { switchGuards } from './switch-guards.ts';

/** How long the gate waits for unfinished work, in milliseconds. */
const DRAIN_WAIT_MS = 15_000;

/**
 * What the gate found before a step, as it is written to a file. The figures are those of the people whom the
 * step moves.
 */
export interface GateReport {
  readonly schema: 1;
  readonly tenant: string;
  readonly dialect: string;
  readonly atMs: number;
  readonly step: { readonly from: Rollout; readonly to: Rollout };
  readonly guards: readonly Guard[];
  readonly override?: string;
  readonly backlog: Backlog;
  readonly parity: ParityFigures;
  readonly verification?: StepVerification;
  readonly revision: number;
}

/** Examines everything that a step depends on, for the people whom it moves. */
export async function examineStep(
  operated: OperatedBackend,
  record: StageRecord,
  to: Rollout,
  options: { readonly override?: string; readonly timeoutMs?: number } = {},
): Promise<GateReport> {
  const { at, core } = operated;
  const nowMs = core.clock.nowMs();
  const from = record.rollout;
  const moved = await findMoved(operated, from, to);
  const leadsUpToSwitched = leadsUpTo(from, to, 'switched');
  const leadsUpToComplete = leadsUpTo(from, to, 'complete');
  const leadsUpToDualWrite = leadsUpTo(from, to, 'dual-write');
  // Up to dual-write, too: what an earlier stay there has left may not be sent any more.
  const needsDrain = leadsUpToDualWrite || leadsUpToSwitched || leadsUpToComplete;
  const waitMs = Math.min(options.timeoutMs ?? DRAIN_WAIT_MS, DRAIN_WAIT_MS);
  const [backlog, isDrained, parity, verification, neverCopied, heartbeats, behind] = await Promise.all([
    readBacklog(at.replica, moved.has),
    needsDrain && !record.change ? awaitDrained(at.replica, waitMs, moved.has) : false,
    findParity(operated, moved),
    leadsUpToSwitched ? findVerification(operated, record, moved) : undefined,
    leadsUpToComplete ? findNeverCopied(operated, record, moved.has) : undefined,
    readHeartbeats(core.records, nowMs),
    gatewaysBehind({ records: core.records, clock: core.clock, name: at.name }, record),
  ]);
  const silent = heartbeats.filter(({ heard }) => !heard).map(({ gatewayId }) => gatewayId);
  const { override } = options;
  const guards: Guard[] = [
    ...(await rampGuards(operated, from, to)),
    {
      name: 'no change is under way',
      holds: record.change === undefined,
      found: record.change ? `to ${record.change.to.stage}, phase ${record.change.phase}` : 'none',
      next: 'polyface migrate status --wait; or back to where it came from: polyface migrate cancel',
      isFirm: true,
    },
    {
      name: 'every gateway is heard from',
      holds: silent.length === 0 || !leadPastShadow([from, to]),
      found: silent.length === 0 ? 'all' : `silent: ${silent.join(', ')}`,
      next: 'make sure that these processes are gone, then: polyface migrate status --forget-silent',
    },
    {
      name: 'every gateway has taken the last step',
      holds: behind.length === 0,
      found: behind.length === 0 ? 'all' : `not yet: ${behind.map(({ gatewayId }) => gatewayId).join(', ')}`,
      next: 'polyface migrate status --wait',
      isFirm: true,
    },
    ...(record.resyncSinceMs === undefined ? [] : [caughtUpGuard(record.resyncSinceMs)]),
    ...(leadsUpToDualWrite
      ? [credentialGuard(operated), ...preflightGuard(operated, await readPreflight(operated))]
      : []),
    ...(needsDrain ? [backlogGuard(backlog, isDrained)] : []),
    ...(leadsUpToSwitched
      ? switchGuards(at.settings.gate, {
          nowMs,
          parity,
          fedSinceMs: record.fedSinceMs ?? 0,
          ...(verification ? { verification } : {}),
        })
      : []),
    ...(neverCopied ? [copiedGuard(neverCopied)] : []),
  ];
  return {
    schema: 1,
    ...at.name,
    atMs: nowMs,
    step: { from, to },
    guards,
    ...(override === undefined ? {} : { override }),
    backlog,
    parity,
    ...(verification ? { verification } : {}),
    revision: record.revision,
  };
}

/** SHA-256 of a gate report's JSON text. */
export function gateReportSha256(report: GateReport): string {
  return createHash('sha256').update(JSON.stringify(report)).digest('hex');
}

/** People whom the new ramp leaves out would go back, although the step leads up. */
async function rampGuards({ core }: OperatedBackend, from: Rollout, to: Rollout): Promise<Guard[]> {
  if (from.stage !== to.stage) return [];
  const leftOut = countLeftOut(from.ramp, to.ramp, await loadCohorts(core.records, [from, to]));
  return [
    {
      name: 'everybody who has taken the step is still taken in',
      holds: leftOut === 0,
      found: leftOut === undefined ? 'a list cannot be compared with a percentage' : `${leftOut} left out`,
      next: 'widen the ramp; or polyface migrate back, then polyface migrate advance with the right people',
      isFirm: true,
    },
  ];
}

/** Writes in `complete` can be noted for the backend only after every gateway has left that stage. */
function caughtUpGuard(sinceMs: number): Guard {
  return {
    name: 'what was written in complete is noted for the backend',
    holds: false,
    found: `not yet: what was written since ${new Date(sinceMs).toISOString()}`,
    next: 'polyface migrate status --wait',
    isFirm: true,
  };
}

function credentialGuard({ at }: OperatedBackend): Guard {
  return {
    name: 'the gateway has a credential of its own for the backend',
    holds: at.settings.credential !== undefined,
    found: at.settings.credential ? at.settings.credential.kind : 'none',
    next: 'set migration.backends[].credential: the reconciler and the backfill need it',
  };
}

/** Under load some work is always unfinished. What matters is that all of it gets done. */
function backlogGuard({ intents, pendingReplications, rechecks }: Backlog, isDrained: boolean): Guard {
  return {
    name: 'the backlog is empty, or gets empty',
    holds: isDrained,
    found: `${intents} intents, ${pendingReplications} pending replications, ${rechecks} rechecks`,
    next: 'polyface migrate status shows what is failing; the reconciler of any running gateway works it off',
  };
}

function leadsUpTo(from: Rollout, to: Rollout, stage: Rollout['stage']): boolean {
  return to.stage === stage && STAGES.indexOf(from.stage) <= STAGES.indexOf(stage);
}
