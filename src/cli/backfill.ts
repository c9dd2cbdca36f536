import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { runBackfill } from '../migration/backfill/run-backfill.ts';
import { verifySubjects } from '../migration/operate/verify-subjects.ts';
import { readStage } from '../migration/stages/stage-store.ts';
import { positiveCount } from './positive-count.ts';
import { readSubjectList, subjectsNamed } from './read-subject-list.ts';
import { type MigrationOptions, withMigration, withMigrationOptions } from './with-migration.ts';

interface BackfillOptions extends MigrationOptions {
  readonly subjects: string;
  readonly concurrency: number;
  readonly restart?: boolean;
  readonly repair?: boolean;
}

/** `polyface backfill`: copies pictures from the backend; `polyface backfill verify`: compares both sides, now. */
export function backfillCommand(): Command {
  return new Command('backfill')
    .description('bring the pictures of the backend here')
    .addCommand(copyCommand(), { isDefault: true })
    .addCommand(verifyCommand());
}

function copyCommand(): Command {
  return withMigrationOptions(new Command('copy'))
    .description('copy pictures that were never written here')
    .requiredOption('--subjects <file>', 'ids in the clients’ dialect, one a line; - for standard input')
    .option('--concurrency <n>', 'subjects at once', positiveCount, 4)
    .option('--restart', 'begin anew instead of going on where an interrupted run stopped')
    .action(backfill);
}

function verifyCommand(): Command {
  return withMigrationOptions(new Command('verify'))
    .description('compare every subject on both sides, whatever an earlier run said')
    .requiredOption('--subjects <file>', 'ids in the clients’ dialect, one a line; - for standard input')
    .option('--repair', 'follow the backend where it differs; in dual-write only')
    .action(verify);
}

async function backfill({
  subjects,
  concurrency,
  restart = false,
  ...options
}: BackfillOptions): Promise<void> {
  const ids = await readSubjectList(subjects);
  const { report, resumedAt, complete } = await withMigration(options, async (operated, signal) => {
    const bar = progressBar('backfill', ids.length);
    try {
      return await runBackfill(operated, ids, { concurrency, restart, signal, onProgress: bar.show });
    } finally {
      bar.end();
    }
  });
  print({ complete, resumedAt, ...report });
  if (!complete) {
    process.stderr.write('interrupted; the next run over the same list goes on from here\n');
    process.exitCode = 130;
  } else if (report.failed + report.waiting > 0) process.exitCode = 2;
}

async function verify({ subjects, repair = false, ...options }: BackfillOptions): Promise<void> {
  const ids = await readSubjectList(subjects);
  const report = await withMigration(options, async (operated) => {
    if (repair) await requireDualWrite(operated);
    const found = await subjectsNamed(operated, ids);
    const bar = progressBar('verify', found.length);
    try {
      return await verifySubjects(operated, found, { repair, onProgress: bar.show });
    } finally {
      bar.end();
    }
  });
  print(report);
  if (report.equal !== report.subjects) process.exitCode = 2;
}

/** Only there does every write pass through the lease, so that own may follow the backend. */
async function requireDualWrite({
  at,
  core,
}: Parameters<Parameters<typeof withMigration>[1]>[0]): Promise<void> {
  const stage = (await readStage(core.records, at.name))?.record;
  if (stage?.placement.stage !== 'dual-write' || stage.change) {
    throw new Error('--repair works in dual-write alone, while no change is under way');
  }
}

function progressBar(
  what: string,
  total: number,
): { readonly show: (done: number) => void; readonly end: () => void } {
  const bar = new SingleBar({
    format: `${what} {bar} {value}/{total}`,
    stream: process.stderr,
    hideCursor: true,
    noTTYOutput: false,
  });
  if (process.stderr.isTTY) bar.start(total, 0);
  return { show: (done) => bar.update(done), end: () => bar.stop() };
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
