import { Command } from 'commander';
import type { SettingsChange } from '../settings/compare-settings.ts';
import type { ReloadReport } from '../settings/reload-report.ts';
import { AdminRefusal, adminOption, createAdminClient } from './admin-client.ts';
import { formatTable, type PrintedColumn } from './print-table.ts';

interface ReloadOptions {
  readonly admin?: string;
  readonly dryRun?: boolean;
  readonly reason?: string;
  readonly json?: boolean;
}

/** `polyface reload`: applies a changed settings file to a running gateway. */
export function reloadCommand(): Command {
  return new Command('reload')
    .description(
      'bring the changed settings file of a running gateway into effect, whole or not at all (SIGHUP does the same)',
    )
    .addOption(adminOption())
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--reason <text>', 'why, for the audit log')
    .option('--json', 'print JSON on standard output')
    .action(reload);
}

async function reload({ admin, dryRun, reason, json = false }: ReloadOptions): Promise<void> {
  if (admin === undefined)
    throw new Error(
      'name the admin port of the gateway with --admin <url> or POLYFACE_ADMIN; or send SIGHUP',
    );
  const client = createAdminClient(admin);
  let report: ReloadReport;
  try {
    report = dryRun
      ? await client.ask<ReloadReport>('GET', '/settings/difference')
      : await client.ask<ReloadReport>('POST', '/settings/reload', reason === undefined ? {} : { reason });
  } catch (cause) {
    if (!(cause instanceof AdminRefusal)) throw cause;
    if (json) process.stdout.write(`${JSON.stringify(cause.problem)}\n`);
    const { faults, changes } = cause.problem;
    if (!json && Array.isArray(faults)) process.stderr.write(`${faults.join('\n')}\n`);
    if (!json && Array.isArray(changes))
      process.stdout.write(formatTable(COLUMNS, changes as SettingsChange[]));
    throw new Error(cause.message, { cause });
  }
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    if (report.changes.length > 0) process.stdout.write(formatTable(COLUMNS, report.changes));
    process.stdout.write(`${describeReport(report)}\n`);
  }
  if (report.outcome === 'refused') process.exitCode = 2;
}

const COLUMNS: readonly PrintedColumn<SettingsChange>[] = [
  { heading: 'setting', value: ({ setting }) => setting },
  { heading: 'change', value: ({ kind }) => kind },
  { heading: 'before', value: ({ before }) => shortenValue(before) },
  { heading: 'after', value: ({ after }) => shortenValue(after) },
];

const SHOWN_CHARACTERS = 60;

function shortenValue(value: unknown): string {
  const text = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS - 1)}…` : text;
}

function describeReport({ outcome, revision, needsRestart }: ReloadReport): string {
  switch (outcome) {
    case 'applied':
      return `in effect, revision ${revision}`;
    case 'unchanged':
      return `no setting has changed, revision ${revision}`;
    case 'would-apply':
      return 'a reload would bring this into effect';
    case 'refused':
      return `a reload would be refused: ${needsRestart.join(', ')} can only change with a restart`;
  }
}
