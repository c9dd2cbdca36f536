import { Command } from 'commander';
import { type CensusRow, readCensus } from '../census/read-census.ts';

interface CensusOptions {
  readonly url: readonly string[];
  readonly deprecated?: boolean;
  readonly json?: boolean;
}

/** `polyface census`: who calls what, out of the metrics of running gateways. */
export function censusCommand(): Command {
  return new Command('census')
    .description('show who still calls what, from the metrics of running gateways')
    .option('--url <url>', 'address of a gateway; repeatable, their figures are added up', collect, [])
    .option('--deprecated', 'only operations that their document calls deprecated')
    .option('--json', 'print JSON')
    .action(census);
}

const collect = (url: string, before: readonly string[]): string[] => [...before, url];

async function census({ url, deprecated = false, json = false }: CensusOptions): Promise<void> {
  const urls = url.length > 0 ? url : ['http://127.0.0.1:8080'];
  const rows = readCensus(await Promise.all(urls.map(metricsOf))).filter(
    (row) => row.deprecated || !deprecated,
  );
  process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows));
}

async function metricsOf(url: string): Promise<string> {
  const answer = await fetch(`${url.replace(/\/+$/, '')}/metrics`);
  if (!answer.ok) throw new Error(`${url}/metrics answers ${answer.status}`);
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
