import { createHash } from 'node:crypto';
import { readTally } from '../parity/parity-tally.ts';
import { upperBound95 } from '../parity/upper-bound.ts';
import { isEquivalent, type ParityVerdict } from '../parity/verdict.ts';
import { awaitDrained } from '../replicas/await-drained.ts';
import { type Backlog, readBacklog } from '../replicas/backlog.ts';
import type { Placement } from '../stages/placement.ts';
import { readPresences } from '../stages/presence.ts';
import { STAGES } from '../stages/stage.ts';
import type { StageRecord } from '../stages/stage-record.ts';
import type { OperatedBackend } from './operated-backend.ts';
import { readVerification, type VerificationReport } from './verify-subjects.ts';

/** How long the gate waits for what is under way, in milliseconds. */
const DRAIN_WAIT_MS = 15_000;

/** One thing that must hold before a step. */
export interface Guard {
  readonly name: string;
  readonly holds: boolean;
  readonly found: string;
  /** What to do about it. */
  readonly next: string;
}

/** The evidence for a step, as it is written to a file. */
export interface Certificate {
  readonly schema: 1;
  readonly tenant: string;
  readonly dialect: string;
  readonly atMs: number;
  readonly step: { readonly from: Placement; readonly to: Placement };
  readonly guards: readonly Guard[];
  readonly override?: string;
  readonly backlog: Backlog;
  readonly parity: { readonly compared: number; readonly different: number; readonly upperBound95: number };
  readonly verification?: VerificationReport;
  readonly revision: number;
}

/** Looks at everything that a step depends on. */
export async function examine(
  operated: OperatedBackend,
  record: StageRecord,
  to: Placement,
  override: string | undefined,
): Promise<Certificate> {
  const { at, core } = operated;
  const nowMs = core.clock.nowMs();
  const [backlog, isDrained, parity, verification, presences] = await Promise.all([
    readBacklog(at.replica),
    awaitDrained(at.replica, DRAIN_WAIT_MS),
    parityFigures(operated),
    readVerification(operated),
    readPresences(core.records, nowMs),
  ]);
  const silent = presences.filter(({ heard }) => !heard).map(({ gatewayId }) => gatewayId);
  const guards = [
    {
      name: 'no change is under way',
      holds: record.change === undefined,
      found: record.change ? `phase ${record.change.phase}` : 'none',
      next: 'polyface migrate status --wait',
    },
    {
      name: 'every gateway is heard from',
      holds: silent.length === 0 || !leadsPastShadow(record.placement, to),
      found: silent.length === 0 ? 'all' : `silent: ${silent.join(', ')}`,
      next: 'make sure that these processes are gone, then: polyface migrate status --forget-silent',
    },
    ...(leadsUpTo(record.placement, to, 'dual-write') ? [credentialGuard(operated)] : []),
    ...(leadsUpTo(record.placement, to, 'switched')
      ? switchGuards(operated, {
          nowMs,
          backlog,
          isDrained,
          parity,
          ...(verification ? { verification } : {}),
        })
      : []),
    ...(leadsUpTo(record.placement, to, 'complete') ? [backlogGuard(backlog, isDrained)] : []),
  ];
  return {
    schema: 1,
    ...at.name,
    atMs: nowMs,
    step: { from: record.placement, to },
    guards,
    ...(override === undefined ? {} : { override }),
    backlog,
    parity,
    ...(verification ? { verification } : {}),
    revision: record.revision,
  };
}

/** SHA-256 of a certificate's JSON text. */
export function certificateSha256(certificate: Certificate): string {
  return createHash('sha256').update(JSON.stringify(certificate)).digest('hex');
}

function credentialGuard({ at }: OperatedBackend): Guard {
  return {
    name: 'the gateway has a credential of its own for the backend',
    holds: at.settings.credential !== undefined,
    found: at.settings.credential ? at.settings.credential.kind : 'none',
    next: 'set migration.backends[].credential: the reconciler and the backfill need it',
  };
}

/** Under load something is always under way; what matters is that all of it gets done. */
function backlogGuard(backlog: Backlog, isDrained: boolean): Guard {
  return {
    name: 'the backlog is empty, or gets empty',
    holds: isDrained,
    found: `${backlog.intents} intents, ${backlog.debts} debts, ${backlog.secondLooks} second looks`,
    next: 'polyface migrate status shows what is failing; the reconciler of any running gateway works it off',
  };
}

function switchGuards(
  { at }: OperatedBackend,
  evidence: {
    readonly nowMs: number;
    readonly backlog: Backlog;
    readonly isDrained: boolean;
    readonly parity: Certificate['parity'];
    readonly verification?: VerificationReport;
  },
): Guard[] {
  const { verificationHours, minSamples, maxDifferentPercent } = at.settings.gate;
  const { nowMs, backlog, isDrained, parity, verification } = evidence;
  const ageHours = verification ? (nowMs - verification.atMs) / 3_600_000 : Number.POSITIVE_INFINITY;
  const verify = 'polyface backfill verify --dialect … --subjects FILE';
  return [
    backlogGuard(backlog, isDrained),
    {
      name: 'the verification is fresh',
      holds: ageHours <= verificationHours,
      found: verification ? `${ageHours.toFixed(2)} h old` : 'never verified',
      next: verify,
    },
    {
      name: 'the live difference is empty',
      holds: verification !== undefined && verification.equal === verification.subjects,
      found: verification ? JSON.stringify(verification.differences) : 'unknown',
      next: `polyface backfill --dialect … --subjects FILE, then ${verify}`,
    },
    {
      name: 'the parity sample is large enough',
      holds: parity.compared >= minSamples,
      found: `${parity.compared} of ${minSamples}`,
      next: 'stay in shadow for longer',
    },
    {
      name: 'the answers are alike',
      holds: minSamples === 0 || parity.upperBound95 * 100 <= maxDifferentPercent,
      found: `${parity.different} of ${parity.compared}; at 95 % at most ${(parity.upperBound95 * 100).toFixed(2)} %`,
      next: 'polyface migrate parity --differences',
    },
  ];
}

async function parityFigures({ at, core }: OperatedBackend): Promise<Certificate['parity']> {
  const { operations } = await readTally(core.records, at.name);
  let compared = 0;
  let different = 0;
  for (const tally of Object.values(operations)) {
    compared += tally.compared;
    for (const [verdict, count] of Object.entries(tally.verdicts) as [ParityVerdict, number][]) {
      if (!isEquivalent(verdict)) different += count;
    }
  }
  return { compared, different, upperBound95: upperBound95(different, compared) };
}

function leadsUpTo(from: Placement, to: Placement, stage: Placement['stage']): boolean {
  return to.stage === stage && STAGES.indexOf(from.stage) <= STAGES.indexOf(stage);
}

function leadsPastShadow(from: Placement, to: Placement): boolean {
  return [from, to].some(({ stage }) => STAGES.indexOf(stage) >= STAGES.indexOf('dual-write'));
}
