import { Command } from 'commander';
import type { PreflightCheck, PreflightReport } from '../migration/preflight/preflight-report.ts';
import { runPreflight } from '../migration/preflight/run-preflight.ts';
import { jobOverAdmin } from './migrate-over-admin.ts';
import { positiveCount } from './positive-numbers.ts';
import { formatTable } from './print-table.ts';
import { readSubjectList } from './read-subject-list.ts';
import { type MigrationOptions, withMigration, withMigrationOptions } from './with-migration.ts';

/**
 * `polyface migrate preflight`: shows before the first step what stands in its way. Exits 2 where a check
 * failed.
 */
export function preflightCommand(): Command {
  return withMigrationOptions(new Command('preflight'))
    .description(
      'try the backend with a sample of people, and say what will differ and how long it will take',
    )
    .requiredOption('--subjects <file>', 'ids in the clients’ dialect, one a line; - for standard input')
    .option('--sample <n>', 'people of the list that are looked at', positiveCount, 100)
    .option(
      '--concurrency <n>',
      'the --concurrency that you will give backfill; used for the time estimate',
      positiveCount,
      16,
    )
    .action(preflight);
}

async function preflight({
  subjects,
  sample,
  concurrency,
  json = !process.stdout.isTTY,
  ...options
}: MigrationOptions & {
  readonly subjects: string;
  readonly sample: number;
  readonly concurrency: number;
  readonly json?: boolean;
}): Promise<void> {
  const ids = await readSubjectList(subjects);
  const { admin } = options;
  const report =
    admin === undefined
      ? await withMigration(options, (operated, signal) =>
          runPreflight(operated, ids, { sample, concurrency, signal }),
        )
      : ((await jobOverAdmin(
          { kind: 'preflight', subjects: ids, sample, concurrency },
          { ...options, admin },
        )) as PreflightReport | { readonly state: string });
  if ('state' in report) throw new Error(`the preflight was ${report.state}`);
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : formatPreflight(report));
  if (!report.passed) process.exitCode = 2;
}

/** Formats the report for people. */
export function formatPreflight({
  checks,
  differences,
  estimate,
  listed,
  sampled,
  passed,
}: PreflightReport): string {
  const next = checks.filter((check) => check.next !== undefined);
  return [
    formatTable(COLUMNS, checks),
    ...(next.length > 0 ? ['What to do:', ...next.map((check) => `- ${check.name}: ${check.next}`), ''] : []),
    'What clients will notice:',
    ...differences.map(({ stage, clients }) => `- ${stage}: ${clients.join('; ') || 'nothing'}`),
    '',
    ...(estimate
      ? [
          `A backfill of ${estimate.people} people takes about ${formatDuration(estimate.backfillSeconds)}, a verification ${formatDuration(estimate.verifySeconds)}: ${estimate.requestsPerPerson.toFixed(1)} requests a person, held up by the ${estimate.heldUpBy === 'pace' ? `pace of ${estimate.requestsPerSecond} requests a second (requestsPerSecond)` : 'backend'}.`,
        ]
      : []),
    `${sampled} of ${listed} people were looked at. ${passed ? 'Nothing stands in the way of dual-write.' : 'Something stands in the way of dual-write.'}`,
    '',
  ].join('\n');
}

const COLUMNS = [
  { heading: 'verdict', value: ({ verdict }: PreflightCheck) => verdict },
  { heading: 'check', value: ({ name }: PreflightCheck) => name },
  {
    heading: 'found',
    value: ({ found, examples }: PreflightCheck) =>
      examples ? `${found} (such as ${examples.join(', ')})` : found,
  },
];

function formatDuration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
