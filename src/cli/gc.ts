import { type Command, InvalidArgumentError, Option } from 'commander';
import { type SweepReport, sweepOrphans } from '../maintenance/sweep-orphans.ts';
import { adminOption, createAdminClient } from './admin-client.ts';
import { countUnknownPeople, tellUnknownPeople } from './count-unknown-people.ts';
import { resultOf, startJob } from './job-over-admin.ts';
import {
  type MaintenanceOptions,
  maintenanceCommand,
  progressBar,
  withStore,
} from './maintenance-command.ts';

interface GcOptions extends MaintenanceOptions {
  readonly admin?: string;
  readonly grace: number;
  readonly dryRun?: boolean;
  readonly acceptMissingRecords?: boolean;
  readonly acceptShortGrace?: boolean;
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `polyface gc`: deletes bodies that no record names. Runs beside gateways. */
export function gcCommand(): Command {
  return maintenanceCommand('gc')
    .description('delete bodies that no record names; safe while gateways run')
    .addOption(
      new Option('--grace <time>', 'leave bodies alone that are younger, e.g. 90s, 30m, 6h, 2d')
        .argParser(durationSeconds)
        .default(SECONDS.h, '1h'),
    )
    .option('--dry-run', 'count, delete nothing')
    .option(
      '--accept-missing-records',
      'sweep although more than a tenth of the people who have bodies have no record',
    )
    .option(
      '--accept-short-grace',
      'sweep although an upload may take longer than the grace time: for when no gateway runs',
    )
    .addOption(adminOption())
    .action(gc);
}

async function gc(options: GcOptions): Promise<void> {
  const { json = false, dryRun = false, admin } = options;
  const run = admin === undefined ? await sweepHere(options) : await sweepOverAdmin(admin, options);
  const { complete, unknownPeople, ...report } = run;
  process.stdout.write(
    `${json ? JSON.stringify({ complete, dryRun, ...report, unknownPeople }) : [describeReport(report, dryRun), ...tellUnknownPeople(unknownPeople)].join('\n')}\n`,
  );
  if (complete) return;
  process.stderr.write('interrupted; the next run goes on from here\n');
  process.exitCode = 130;
}

type SweepRun = SweepReport & { readonly complete: boolean; readonly unknownPeople: number };

async function sweepOverAdmin(
  admin: string,
  { grace, dryRun = false, restart = false, acceptMissingRecords = false, acceptShortGrace }: GcOptions,
): Promise<SweepRun> {
  if (acceptShortGrace)
    throw new Error('--accept-short-grace is for when no gateway runs: one answers at --admin');
  const order = { kind: 'gc', graceSeconds: grace, dryRun, restart, acceptMissingRecords };
  return resultOf(await startJob(createAdminClient(admin), order)) as SweepRun;
}

async function sweepHere(options: GcOptions): Promise<SweepRun> {
  const {
    restart = false,
    dryRun = false,
    acceptMissingRecords = false,
    acceptShortGrace = false,
    grace: graceSeconds,
  } = options;
  return await withStore(options, async (store, settings, signal) => {
    const { limits } = settings;
    const longest = limits.requestTimeoutSeconds + limits.shutdownSeconds;
    if (graceSeconds < longest && !acceptShortGrace) {
      throw new Error(
        `--grace ${graceSeconds}s is shorter than an upload may take (${longest}s, limits.requestTimeoutSeconds and ` +
          'limits.shutdownSeconds): its picture could be deleted. With no gateway running add --accept-short-grace',
      );
    }
    const bar = progressBar('gc');
    try {
      const { complete, report } = await sweepOrphans(store, {
        graceSeconds,
        dryRun,
        acceptMissingRecords,
        restart,
        signal,
        onProgress: (fraction) => bar.show(fraction),
      });
      return { ...report, complete, unknownPeople: complete ? await countUnknownPeople(settings, store) : 0 };
    } finally {
      bar.end();
    }
  });
}

function describeReport(
  { bodies, bytes, subjects, orphans, orphanBytes, young, unknown, unreadable }: SweepReport,
  dryRun: boolean,
) {
  const deed = dryRun ? 'would be deleted' : 'deleted';
  const left = unknown > 0 ? `, ${unknown} of unknown kind left alone` : '';
  const kept =
    unreadable > 0
      ? `, those of ${unreadable} people whose record cannot be read left alone: see polyface fsck`
      : '';
  return (
    `${bodies} bodies (${bytes} bytes) of ${subjects} subjects; ` +
    `${orphans} orphans (${orphanBytes} bytes) ${deed}, ${young} too young to judge${left}${kept}`
  );
}

function durationSeconds(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new InvalidArgumentError('a time is e.g. 90s, 30m, 6h or 2d');
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}
