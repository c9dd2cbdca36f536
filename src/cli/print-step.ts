import type { OperatedBackend } from '../migration/operate/operated-backend.ts';
import type { StepResult } from '../migration/operate/take-step.ts';
import { printFacts } from './print-facts.ts';
import { auditMigration } from './with-migration.ts';

/** Writes down who took the step, and why. */
export async function auditStep(
  operated: OperatedBackend,
  word: string,
  { outcome, record }: StepResult,
  reason: string | undefined,
): Promise<void> {
  await auditMigration(operated, {
    action: `migration.${word}`,
    ...(reason === undefined ? {} : { reason }),
    after: record.rollout,
    result: outcome === 'refused' ? 'refused' : 'done',
  });
}

/** Shows on a terminal in which phase the step waits. */
export function showPhase({ change }: StepResult['record']): void {
  process.stderr.write(`waiting in phase ${change?.phase ?? 0}\r`);
}

/** Prints the result of a step. The exit code is 2 where it was refused, and 3 where it is still under way. */
export function printStep(
  { outcome, record, gateReport, gateReportSha256, waitingFor, missing, nextSteps: next }: StepResult,
  { json }: { readonly json?: boolean | undefined },
  more: object = {},
): void {
  printFacts(
    {
      outcome,
      rollout: record.rollout,
      ...(record.change ? { change: record.change } : {}),
      ...(outcome === 'refused' && gateReport
        ? { guards: gateReport.guards.filter(({ holds }) => !holds) }
        : {}),
      ...(missing === undefined ? {} : { missing }),
      ...(waitingFor ? { waiting_for: waitingFor } : {}),
      ...(gateReportSha256 === undefined ? {} : { gate_report_sha256: gateReportSha256 }),
      ...more,
      next_steps: next,
    },
    { json },
  );
  if (outcome === 'refused') process.exitCode = 2;
  if (outcome === 'under way') process.exitCode = 3;
}
