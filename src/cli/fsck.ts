import type { Command } from 'commander';
import { type CheckReport, checkStore } from '../maintenance/check-store.ts';
import { adminOption, createAdminClient } from './admin-client.ts';
import { countUnknownPeople, tellUnknownPeople } from './count-unknown-people.ts';
import { resultOf, startJob } from './job-over-admin.ts';
import {
  type MaintenanceOptions,
  maintenanceCommand,
  progressBar,
  withStore,
} from './maintenance-command.ts';

/** `polyface fsck`: checks that every picture is there and complete. Exit code 1 where one is not. */
export function fsckCommand(): Command {
  return maintenanceCommand('fsck')
    .description('read every record and body, and compare size and SHA-256; safe while gateways run')
    .option(
      '--repair',
      'rebuild damaged records or set them aside, and forget damaged renditions; deletes no picture',
    )
    .option('--dry-run', 'with --repair: say what it would do')
    .addOption(adminOption())
    .action(fsck);
}

interface FsckOptions extends MaintenanceOptions {
  readonly admin?: string;
  readonly repair?: boolean;
  readonly dryRun?: boolean;
}

async function fsck(options: FsckOptions): Promise<void> {
  const { json = false, dryRun = false } = options;
  if (dryRun && !options.repair)
    throw new Error('--dry-run goes with --repair: without it fsck changes nothing');
  const repair = options.repair ? (dryRun ? 'dry-run' : 'now') : undefined;
  const run =
    options.admin === undefined
      ? await checkHere(options, repair)
      : await checkOverAdmin(options.admin, options);
  const { complete, unknownPeople, ...report } = run;
  process.stdout.write(
    `${json ? JSON.stringify({ complete, ...report, unknownPeople }) : [describeReport(report), ...tellUnknownPeople(unknownPeople)].join('\n')}\n`,
  );
  if (report.damaged > 0) process.exitCode = 1;
  if (complete) return;
  process.stderr.write('interrupted; the next run goes on from here\n');
  process.exitCode = 130;
}

type CheckRun = CheckReport & { readonly complete: boolean; readonly unknownPeople: number };

async function checkOverAdmin(
  admin: string,
  { repair = false, dryRun = false, restart = false }: FsckOptions,
): Promise<CheckRun> {
  const order = { kind: 'fsck', repair, dryRun, restart };
  return resultOf(await startJob(createAdminClient(admin), order)) as CheckRun;
}

async function checkHere(
  { restart = false, ...options }: FsckOptions,
  repair: 'dry-run' | 'now' | undefined,
): Promise<CheckRun> {
  return await withStore(options, async (store, settings, signal) => {
    const bar = progressBar('fsck');
    try {
      const checked = await checkStore(store, {
        restart,
        signal,
        onProgress: (fraction) => bar.show(fraction),
        ...(repair && { repair }),
      });
      const { complete, report } = checked;
      return { ...report, complete, unknownPeople: complete ? await countUnknownPeople(settings, store) : 0 };
    } finally {
      bar.end();
    }
  });
}

function describeReport({
  records,
  bodies,
  bytes,
  damaged,
  findings,
  foreignFiles,
  foreignFileNames,
}: CheckReport): string {
  return [
    `${records} records, ${bodies} bodies (${bytes} bytes), ${damaged} damaged`,
    ...findings.map(({ record, body, damage, detail, repair }) =>
      [`${damage}: ${body ?? record}`, detail, repair].filter((part) => part !== undefined).join(': '),
    ),
    ...(foreignFiles > 0
      ? [`warning: ${foreignFiles} files do not belong to the store, and were passed over:`]
      : []),
    ...foreignFileNames.map((name) => `  ${name}`),
  ].join('\n');
}
