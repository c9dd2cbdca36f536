import { Command, Option } from 'commander';
import { type CensusRow, readCensus } from '../census/read-census.ts';
import { errorCode } from '../failures/error-code.ts';

interface CensusOptions {
  readonly url: readonly string[];
  readonly deprecated?: boolean;
  readonly json?: boolean;
}

/** Where a gateway listens whose settings say nothing else. */
const DEFAULT_URL = 'http://127.0.0.1:8080';

/** `polyface census`: who calls what, out of the metrics of running gateways. */
export function censusCommand(): Command {
  return new Command('census')
    .description('show who still calls what, from the metrics of running gateways')
    .addOption(
      new Option('--url <url>', 'address of a gateway; repeatable, their figures are added up')
        .argParser(collect)
        .default([], DEFAULT_URL),
    )
    .option('--deprecated', 'only operations that their document calls deprecated')
    .option('--json', 'print JSON')
    .action(census);
}

const collect = (url: string, before: readonly string[]): string[] => [...before, url];

async function census({ url, deprecated = false, json = false }: CensusOptions): Promise<void> {
  const urls = url.length > 0 ? url : [DEFAULT_URL];
  const rows = readCensus(await Promise.all(urls.map(metricsOf))).filter(
    (row) => row.deprecated || !deprecated,
  );
  process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows));
}

async function metricsOf(url: string): Promise<string> {
  const page = `${url.replace(/\/+$/, '')}/metrics`;
  if (!URL.canParse(page)) throw new Error(`--url: ${url} is no address, e.g. ${DEFAULT_URL}`);
  const answer = await fetch(page).catch((cause: unknown) => {
    // `fetch` keeps the system's code under its error.
    const code = errorCode(Error.isError(cause) ? cause.cause : undefined);
    const why = code === undefined ? '' : ` (${code})`;
    throw new Error(`${page}: no gateway answers${why}; name running ones with --url`, { cause });
  });
  if (!answer.ok) throw new Error(`${page} answers ${answer.status}: the metrics of a gateway are expected`);
  return answer.text();
}

const COLUMNS: readonly (readonly [heading: string, value: (row: CensusRow) => string])[] = [
  ['operation', ({ dialect, operation }) => `${dialect} ${operation}`],
  ['', ({ deprecated }) => (deprecated ? 'DEPRECATED' : '')],
  ['tenant', ({ tenant }) => tenant || '-'],
  ['credential', ({ credential }) => credential || '-'],
  ['client', ({ client }) => client],
  ['calls', ({ calls }) => String(calls)],
  ['last call', ({ lastCallAt }) => lastCallAt.slice(0, 19)],
  [
    'fields',
    ({ fields }) =>
      Object.entries(fields)
        .map(([field, count]) => `${field} ${count}`)
        .join(', '),
  ],
];

function table(rows: readonly CensusRow[]): string {
  const lines = [
    COLUMNS.map(([heading]) => heading),
    ...rows.map((row) => COLUMNS.map(([, value]) => value(row))),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .concat('')
    .join('\n');
}
