import { type Command, InvalidArgumentError, Option } from 'commander';
import { type SweepReport, sweepOrphans } from '../maintenance/sweep-orphans.ts';
import {
  type MaintenanceOptions,
  maintenanceCommand,
  progressBar,
  withStore,
} from './maintenance-command.ts';

interface GcOptions extends MaintenanceOptions {
  readonly grace: number;
  readonly dryRun?: boolean;
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
    .action(gc);
}

async function gc(options: GcOptions): Promise<void> {
  const { json = false, restart = false, dryRun = false, grace: graceSeconds } = options;
  const { report, complete } = await withStore(options, async (store, signal) => {
    const bar = progressBar('gc');
    try {
      return await sweepOrphans(store, {
        graceSeconds,
        dryRun,
        restart,
        signal,
        onProgress: (fraction) => bar.show(fraction),
      });
    } finally {
      bar.end();
    }
  });
  process.stdout.write(`${json ? JSON.stringify({ complete, dryRun, ...report }) : told(report, dryRun)}\n`);
  if (complete) return;
  process.stderr.write('interrupted; the next run goes on from here\n');
  process.exitCode = 130;
}

function told(
  { bodies, bytes, subjects, orphans, orphanBytes, young, unknown }: SweepReport,
  dryRun: boolean,
) {
  const deed = dryRun ? 'would be deleted' : 'deleted';
  const left = unknown > 0 ? `, ${unknown} of unknown kind left alone` : '';
  return (
    `${bodies} bodies (${bytes} bytes) of ${subjects} subjects; ` +
    `${orphans} orphans (${orphanBytes} bytes) ${deed}, ${young} too young to judge${left}`
  );
}

function durationSeconds(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new InvalidArgumentError('a time is e.g. 90s, 30m, 6h or 2d');
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}
