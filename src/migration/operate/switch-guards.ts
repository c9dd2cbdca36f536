import type { GateSettings } from '../../settings/migration-settings.ts';
import type { ParityFigures, StepVerification } from './evidence.ts';
import type { Guard } from './guard.ts';
import type { CountedBy } from './people-of-step.ts';

const VERIFY = 'polyface backfill verify --dialect … --subjects FILE';

/**
 * What the switch asks for: a verification of everybody concerned that still counts, and answers that are
 * alike.
 */
export function switchGuards(
  gate: GateSettings,
  evidence: {
    readonly nowMs: number;
    readonly parity: ParityFigures;
    /** See `StageRecord`. */
    readonly fedSinceMs: number;
    readonly verification?: StepVerification;
  },
): Guard[] {
  return [...verificationGuards(gate, evidence), ...parityGuards(gate, evidence.parity)];
}

function verificationGuards(
  { verificationHours, minVerifiedPercent }: GateSettings,
  {
    nowMs,
    fedSinceMs,
    verification,
  }: {
    readonly nowMs: number;
    readonly fedSinceMs: number;
    readonly verification?: StepVerification;
  },
): Guard[] {
  // By its beginning: the people whom an interrupted run had done were looked at then.
  const ageMs = verification ? nowMs - verification.startedAtMs : Number.POSITIVE_INFINITY;
  const ageHours = ageMs / 3_600_000;
  return [
    {
      name: 'the verification is fresh',
      holds: ageHours <= verificationHours,
      found: verification ? `${ageHours.toFixed(2)} h old` : 'never verified',
      next: VERIFY,
    },
    {
      name: 'the verification began after dual-write was reached',
      holds: verification?.isOfThisSpan === true,
      found: verification
        ? `verified ${new Date(verification.startedAtMs).toISOString()}, fed since ${new Date(fedSinceMs).toISOString()}`
        : 'never verified',
      next: VERIFY,
    },
    {
      name: 'the people of the step were verified',
      holds:
        verification !== undefined &&
        verification.unknown === 0 &&
        verification.subjects > 0 &&
        verifiedOf(verification) * 100 >= minVerifiedPercent * verification.people,
      found: verification ? describeCoverage(verification, minVerifiedPercent) : 'never verified',
      next: `correct the list, or make the missing people known; then ${VERIFY}`,
    },
    {
      name: 'the backend shows pictures',
      holds: verification !== undefined && verification.empty < verification.subjects,
      found: verification ? `${verification.empty} of ${verification.subjects} people have none` : 'unknown',
      next: 'make sure that the backend answers at this address, and that its answers are the dialect’s',
    },
    {
      name: 'the live difference is empty',
      holds: verification !== undefined && verification.equal === verification.subjects,
      found: verification ? describeDifferences(verification.differences) : 'unknown',
      next: `polyface backfill --dialect … --subjects FILE, then ${VERIFY}`,
    },
  ];
}

function verifiedOf({ people, notVerified }: StepVerification): number {
  return people - notVerified;
}

function describeCoverage(verification: StepVerification, minPercent: number): string {
  const { notVerified, unknown, empty, listed, people, countedBy } = verification;
  return [
    `${verifiedOf(verification)} verified, ${notVerified} not verified, ${unknown} unknown, ${empty} empty on both sides`,
    `${listed} on the list`,
    `${MEASURES[countedBy]} counts ${people}, of whom ${minPercent} % are needed`,
  ].join('; ');
}

const MEASURES: Readonly<Record<CountedBy, string>> = {
  directory: 'the directory',
  'list of the step': 'the list of the step',
  'longest list': 'the longest list that was verified (the directory cannot be listed)',
};

function describeDifferences(differences: StepVerification['differences']): string {
  const told = Object.entries(differences).map(([name, count]) => `${count} ${name}`);
  return told.length === 0 ? 'none' : told.join(', ');
}

function parityGuards(
  { minSamples, maxDifferentPercent }: GateSettings,
  { compared, different, upperBound95 }: ParityFigures,
): Guard[] {
  return [
    {
      name: 'the parity sample is large enough',
      holds: compared >= minSamples,
      found: `${compared} of ${minSamples}`,
      next: 'stay in shadow for longer',
    },
    {
      name: 'the answers are alike',
      holds: minSamples === 0 || upperBound95 * 100 <= maxDifferentPercent,
      found: `${different} of ${compared}; at 95 % at most ${(upperBound95 * 100).toFixed(2)} %`,
      next: 'polyface migrate parity --differences',
    },
  ];
}
