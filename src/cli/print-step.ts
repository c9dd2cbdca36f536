import type { describeStep } from '../migration/operate/describe-migration.ts';
import type { OperatedBackend } from '../migration/operate/operated-backend.ts';
import type { StepResult } from '../migration/operate/take-step.ts';
import { printFacts } from './print-facts.ts';
import { auditMigration } from './with-migration.ts';

/** The result of a step as a command prints it. A job that was cancelled has only its state. */
export type PrintedStep = Partial<ReturnType<typeof describeStep>>;

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
  step: PrintedStep & object,
  { json }: { readonly json?: boolean | undefined },
): void {
  printFacts(step, { json });
  if (step.outcome === 'refused') process.exitCode = 2;
  if (step.outcome === 'under way') process.exitCode = 3;
}
