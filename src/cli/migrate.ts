import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { describeMigration, describePlan, describeStep } from '../migration/operate/describe-migration.ts';
import { type OperatedBackend, subjectsNamed } from '../migration/operate/operated-backend.ts';
import { advance, back, resume } from '../migration/operate/take-step.ts';
import { storeCohort } from '../migration/stages/cohort.ts';
import { forgetSilentGateways } from '../migration/stages/heartbeat.ts';
import { EVERYBODY, type Ramp } from '../migration/stages/rollout.ts';
import { cancelChange, completeWithoutBackend } from './migrate-end.ts';
import { askOverAdmin, stepOverAdmin } from './migrate-over-admin.ts';
import { showParity } from './migrate-parity.ts';
import { preflightCommand } from './migrate-preflight.ts';
import { printFacts } from './print-facts.ts';
import { auditStep, printStep, showPhase } from './print-step.ts';
import { readSubjectList } from './read-subject-list.ts';
import { type MigrationOptions, withMigration, withMigrationOptions } from './with-migration.ts';

interface StepCommandOptions extends MigrationOptions {
  readonly percent?: number;
  readonly only?: string;
  readonly override?: string;
  readonly report?: string;
  readonly reason?: string;
  readonly timeout: number;
}

interface StatusOptions extends MigrationOptions {
  readonly wait?: boolean;
  readonly forgetSilent?: boolean;
  readonly timeout: number;
}

/**
 * `polyface migrate`: moves a dialect from its legacy backend to this gateway, step by step and back. Prints
 * JSON where the output is not a terminal.
 */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('move a dialect from its legacy backend to this gateway, step by step')
    .addCommand(
      createCommand('status', 'where the migration stands')
        .option('--wait', 'wait until the change under way is complete')
        .option('--forget-silent', 'forget gateways that are gone')
        .option('--timeout <seconds>', 'how long to wait', parseSeconds, 120)
        .action(showStatus),
    )
    .addCommand(preflightCommand())
    .addCommand(createCommand('plan', 'show the conditions of the next step').action(plan))
    .addCommand(
      stepCommand('advance', 'go one stage up, or take more people into the present one')
        .option('--percent <n>', 'share of the people to take in', percent)
        .addOption(new Option('--only <file>', 'people to take in, one id a line').conflicts('percent'))
        .action((options: StepCommandOptions) => takeStep('advance', options, advance)),
    )
    .addCommand(
      stepCommand('back', 'go one stage down, with everybody').action((options: StepCommandOptions) =>
        takeStep('back', options, back),
      ),
    )
    .addCommand(
      createCommand('cancel', 'cancel the change under way and return to the stage before it')
        .option('--timeout <seconds>', 'how long to wait', parseSeconds, 120)
        .action(cancelChange),
    )
    .addCommand(
      createCommand('complete', 'end the migration although the backend is dead')
        .requiredOption(
          '--abandon <file>',
          'file for the people whose newest pictures are on one side only; existing lines are kept',
        )
        .requiredOption('--override <reason>', 'why; it is kept in the history')
        .option('--timeout <seconds>', 'how long to wait for the gateways', parseSeconds, 120)
        .action(completeWithoutBackend),
    )
    .addCommand(
      createCommand('parity', 'how alike the answers are')
        .option('--differences', 'the kept differences as well')
        .action(showParity),
    );
}

function createCommand(name: string, description: string): Command {
  return withMigrationOptions(new Command(name)).description(description);
}

function stepCommand(name: string, description: string): Command {
  return createCommand(name, description)
    .option('--override <reason>', 'go on although a guard does not hold; the reason is kept')
    .option('--reason <text>', 'why, for the audit log')
    .option('--report <file>', 'where the gate’s evidence is written')
    .option('--timeout <seconds>', 'how long to wait for the gateways and the backlog', parseSeconds, 120);
}

async function takeStep(
  direction: 'advance' | 'back',
  { percent: share, only, override, report: file, timeout, reason, ...options }: StepCommandOptions,
  take: typeof advance,
): Promise<void> {
  const { admin, json } = options;
  if (admin !== undefined) {
    if (file !== undefined) throw new Error('--report is written where the gate is: leave --admin out');
    const order = {
      timeoutSeconds: timeout,
      ...(share === undefined ? {} : { percent: share }),
      ...(only === undefined ? {} : { subjects: await readSubjectList(only), cohort: basename(only) }),
      ...(override === undefined ? {} : { override }),
      ...(reason === undefined ? {} : { reason }),
    };
    return printStep(await stepOverAdmin(direction, order, { ...options, admin }), { json });
  }
  const result = await withMigration(options, async (operated) => {
    const ramp = await rampOf(operated, share, only);
    const taken = await take(operated, {
      ramp,
      timeoutMs: timeout * 1000,
      ...(override === undefined ? {} : { override }),
      onWait: showPhase,
    });
    await auditStep(operated, direction, taken, reason ?? override);
    return taken;
  });
  if (file !== undefined && result.gateReport) await writeFile(file, JSON.stringify(result.gateReport));
  printStep(describeStep(result), { json });
}

async function rampOf(
  operated: OperatedBackend,
  share: number | undefined,
  only: string | undefined,
): Promise<Ramp> {
  if (only === undefined) return share === undefined ? EVERYBODY : { kind: 'percent', percent: share };
  const ids = await readSubjectList(only);
  const subjects = await subjectsNamed(operated, ids);
  if (subjects.length < ids.length) {
    throw new Error(
      `${ids.length - subjects.length} of the ${ids.length} ids in ${only} belong to no person`,
    );
  }
  return storeCohort(
    operated.core.records,
    basename(only),
    subjects.map(({ key }) => key),
  );
}

async function showStatus({
  wait = false,
  forgetSilent = false,
  timeout,
  ...options
}: StatusOptions): Promise<void> {
  const { admin } = options;
  const migration =
    admin === undefined
      ? await withMigration(options, async (operated) => {
          const { records, clock } = operated.core;
          if (forgetSilent) await forgetSilentGateways(records, clock.nowMs());
          if (wait) await resume(operated, { timeoutMs: timeout * 1000 });
          return describeMigration(operated);
        })
      : await statusOverAdmin({ ...options, admin }, { wait, forgetSilent, timeout });
  // A change under way is a failure only with --wait.
  if (wait && 'waitingFor' in migration) process.exitCode = 3;
  printFacts(migration, options);
}

async function statusOverAdmin(
  options: MigrationOptions & { readonly admin: string },
  { wait, forgetSilent, timeout }: Required<Pick<StatusOptions, 'wait' | 'forgetSilent' | 'timeout'>>,
): Promise<object> {
  const order = { timeoutSeconds: wait ? timeout : 0, forgetSilent };
  if (wait || forgetSilent) await stepOverAdmin('resume', order, options);
  return askOverAdmin<object>('status', options);
}

async function plan(options: MigrationOptions): Promise<void> {
  const { admin } = options;
  const found =
    admin === undefined
      ? await withMigration(options, describePlan)
      : await askOverAdmin<object>('plan', { ...options, admin });
  printFacts(found, options);
}

function percent(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 100)) throw new InvalidArgumentError('more than 0, at most 100');
  return value;
}

function parseSeconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new InvalidArgumentError('a number of seconds');
  return value;
}
