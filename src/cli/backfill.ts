import { Command } from 'commander';
import { backfillList, type ListOptions } from '../migration/lists/backfill-list.ts';
import { type DescribedRun, describeRun, type ListRunResult } from '../migration/lists/list-run.ts';
import { verifyList } from '../migration/lists/verify-list.ts';
import type { OperatedBackend } from '../migration/operate/operated-backend.ts';
import { readStage } from '../migration/stages/stage-store.ts';
import { confirmEmpty, exitCodeOf, explainStop, type JudgedReport, writeOutcomes } from './list-outcome.ts';
import { createListProgress } from './list-progress.ts';
import { jobOverAdmin } from './migrate-over-admin.ts';
import { positiveCount } from './positive-numbers.ts';
import { printFacts } from './print-facts.ts';
import { readSubjectList } from './read-subject-list.ts';
import {
  auditMigration,
  type MigrationOptions,
  withMigration,
  withMigrationOptions,
} from './with-migration.ts';

interface BackfillOptions extends MigrationOptions {
  readonly subjects: string;
  readonly concurrency: number;
  readonly restart?: boolean;
  readonly acceptEmpty?: boolean;
  readonly outcomes?: string;
  readonly json?: boolean;
  readonly repair?: boolean;
}

/**
 * `polyface backfill`: copies pictures from the backend; `polyface backfill verify`: compares both sides,
 * now.
 */
export function backfillCommand(): Command {
  return new Command('backfill')
    .description('bring the pictures of the backend here')
    .addCommand(listCommand('copy', 'copy pictures that were never written here').action(backfill), {
      isDefault: true,
    })
    .addCommand(
      listCommand('verify', 'compare every subject on both sides, whatever an earlier run said')
        .option('--repair', 'follow the backend where it differs; in dual-write only')
        .action(verify),
    );
}

function listCommand(name: string, description: string): Command {
  return withMigrationOptions(new Command(name))
    .description(description)
    .requiredOption('--subjects <file>', 'ids in the clients’ dialect, one a line; - for standard input')
    .option('--concurrency <n>', 'subjects at once', positiveCount, 16)
    .option('--restart', 'begin anew instead of going on where an interrupted run stopped')
    .option('--accept-empty', 'go on although many people in a row have no picture at the backend')
    .option('--outcomes <file>', 'where to write what became of each id');
}

async function backfill(options: BackfillOptions): Promise<void> {
  const ids = await readSubjectList(options.subjects);
  const { admin } = options;
  if (admin !== undefined) return runOnGateway('backfill', { ...options, admin }, ids);
  conclude(describeRun(await goOver('backfill', options, ids, backfillList)), options);
}

async function verify(options: BackfillOptions): Promise<void> {
  const { repair = false, admin } = options;
  const ids = await readSubjectList(options.subjects);
  if (admin !== undefined) return runOnGateway('verify', { ...options, admin }, ids);
  const result = await goOver('verify', options, ids, async (operated, list, how) => {
    if (repair) await requireDualWrite(operated);
    return verifyList(operated, list, { ...how, repair });
  });
  conclude(describeRun(result), options);
}

/** Prints what a run came to, here or on a gateway. */
function conclude(run: DescribedRun<JudgedReport>, { json }: Pick<BackfillOptions, 'json'>): void {
  printFacts(run, { json });
  process.exitCode = run.stopped === undefined ? exitCodeOf(run) : explainStop(run.stopped);
}

/** A running gateway works through the list and keeps the progress. */
async function runOnGateway(
  kind: 'backfill' | 'verify',
  {
    admin,
    subjects: _subjects,
    concurrency,
    restart,
    repair,
    acceptEmpty,
    outcomes,
    ...named
  }: BackfillOptions & { readonly admin: string },
  ids: readonly string[],
): Promise<void> {
  if (outcomes !== undefined)
    throw new Error('--outcomes is written where the work is done: leave --admin out');
  const order = { kind, subjects: ids, concurrency, restart, repair, acceptEmpty } as const;
  const result = (await jobOverAdmin(order, { ...named, admin })) as
    | DescribedRun<JudgedReport>
    | { readonly state: 'cancelled' };
  // A job that was cancelled before its run began has no report.
  if ('state' in result) process.exitCode = explainStop('interrupted');
  else conclude(result, named);
}

/**
 * Works through a list. When many people in a row have no picture, it asks the operator, where there is a
 * terminal.
 */
async function goOver<Result extends ListRunResult<string>>(
  what: string,
  options: BackfillOptions,
  ids: readonly string[],
  work: (operated: OperatedBackend, ids: readonly string[], how: ListOptions) => Promise<Result>,
): Promise<Result> {
  const { concurrency, restart = false, acceptEmpty = false, outcomes } = options;
  return withMigration(options, async (operated, signal) => {
    const progress = createListProgress(what, ids.length);
    const how = { concurrency, signal, onProgress: progress.show };
    try {
      let result = await work(operated, ids, { ...how, restart, acceptsEmpty: acceptEmpty });
      if (result.stopped === 'nobody has a picture' && (await confirmEmpty())) {
        result = await work(operated, ids, { ...how, restart: false, acceptsEmpty: true });
      }
      const { head, counts, stopped } = result;
      await auditMigration(operated, {
        action: `migration.${what}`,
        after: { listed: head.listed, complete: stopped === undefined, ...counts },
        result: 'done',
      });
      if (outcomes !== undefined) await writeOutcomes(outcomes, operated, ids, result);
      return result;
    } finally {
      progress.end();
    }
  });
}

/**
 * Repairs need dual-write. Every write passes through the lease there, so the local store may follow the
 * backend.
 */
async function requireDualWrite({ at, core }: OperatedBackend): Promise<void> {
  const stage = (await readStage(core.records, at.name))?.record;
  if (stage?.rollout.stage !== 'dual-write' || stage.change) {
    throw new Error('--repair works in dual-write alone, while no change is under way');
  }
}
