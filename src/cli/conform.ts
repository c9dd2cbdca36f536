import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { parse } from 'yaml';
import { readKnownDeviations } from '../conformance/known-deviations.ts';
import { type ContractOf, loadContract } from '../conformance/load-contract.ts';
import { reportHtml } from '../conformance/reports/report-html.ts';
import { reportJson } from '../conformance/reports/report-json.ts';
import { reportJunit } from '../conformance/reports/report-junit.ts';
import { resultLines, summaryLines } from '../conformance/reports/report-table.ts';
import { writeExchanges } from '../conformance/reports/write-exchanges.ts';
import { type CaseResult, runConformance } from '../conformance/run-conformance.ts';
import type { WireProfile } from '../domain/index.ts';
import { readDemoGuide } from '../settings/demo-guide.ts';

interface ConformOptions {
  readonly dialect: string;
  readonly folder?: string;
  readonly document?: string;
  readonly url: string;
  readonly profile: WireProfile;
  readonly demo?: true;
  readonly write?: true;
  readonly header: Readonly<Record<string, string>>;
  readonly subject?: string;
  readonly param: Readonly<Record<string, string>>;
  readonly option: Readonly<Record<string, string>>;
  readonly only?: string;
  readonly known?: string;
  readonly json?: string;
  readonly junit?: string;
  readonly html?: string;
  readonly exchanges?: string;
}

/** `polyface conform`: judges a server by a dialect's contract. Exit code 1 where it does not conform. */
export function conformCommand(): Command {
  return new Command('conform')
    .description('judge any server that claims to speak a dialect')
    .requiredOption('--dialect <name>', 'the dialect that the server claims to speak')
    .option('--folder <folder>', 'folder of a dialect that is not built in, with its index.ts or index.js')
    .option('--document <file>', 'its OpenAPI document')
    .requiredOption('--url <url>', "where the dialect's paths begin, e.g. https://api.example.com")
    .addOption(
      new Option('--profile <profile>', 'follow the vendor’s documentation or its servers’ behaviour')
        .choices(['documented', 'observed'])
        .default('documented'),
    )
    .option('--demo', 'use the credentials and subjects of the demo settings')
    .option(
      '--header <name: value>',
      'a header of every request, usually the credential; repeatable',
      pair(':'),
      {},
    )
    .option(
      '--subject <id>',
      "the subject's id in this dialect, whose picture is read and, with --write, changed",
    )
    .option('--param <name=value>', 'a path or query parameter; repeatable', pair('='), {})
    .option(
      '--option <name=value>',
      "an option of the dialect, e.g. maxBytes, where the server's limits differ",
      pair('='),
      {},
    )
    .option('--write', 'also run what changes the subject; what was there is put back where the dialect can')
    .option('--only <text>', 'only cases whose id contains this')
    .option(
      '--known <file>',
      'YAML list of {case, reason}: known deviations; a listed case that passes fails the run',
    )
    .option('--json <file>', 'write the report as JSON')
    .option('--junit <file>', 'write the report as JUnit XML')
    .option('--html <file>', 'write the report as one page')
    .option('--exchanges <folder>', 'write the raw bytes of every exchange')
    .action(conform);
}

async function conform(options: ConformOptions): Promise<void> {
  const { only, write = false } = options;
  const contract = await loadContract(await contractOf(options));
  const results: CaseResult[] = [];
  const report = await runConformance(contract, {
    write,
    ...(options.known === undefined ? {} : { known: await readKnownDeviations(options.known) }),
    ...(only === undefined ? {} : { only: ({ id }) => id.includes(only) }),
    onResult(result) {
      results.push(result);
      process.stdout.write(resultLines(contract.target.url, result));
    },
  });
  process.stdout.write(summaryLines(report));
  if (options.json !== undefined) await writeFile(options.json, reportJson(report));
  if (options.junit !== undefined) await writeFile(options.junit, reportJunit(report));
  if (options.html !== undefined) await writeFile(options.html, reportHtml(report));
  if (options.exchanges !== undefined) {
    for (const result of results) await writeExchanges(options.exchanges, result);
  }
  if (!report.conforms) process.exitCode = 1;
}

async function contractOf({
  dialect,
  folder,
  document,
  url,
  profile,
  demo,
  header,
  subject,
  param,
  option,
}: ConformOptions): Promise<ContractOf> {
  const guide = demo ? (await readDemoGuide())[dialect] : undefined;
  if (demo && !guide) throw new Error(`the demo does not speak ${dialect}`);
  const { expiredHeaders, lesserHeaders, bodies = {} } = guide ?? {};
  return {
    dialect,
    ...(folder === undefined ? {} : { folder: resolve(folder) }),
    ...(document === undefined ? {} : { document: resolve(document) }),
    url,
    profile,
    options: Object.fromEntries(Object.entries(option).map(([name, value]) => [name, parse(value)])),
    headers: { ...guide?.headers, ...header },
    params: { ...guide?.params, ...param },
    bodies,
    ...(subject === undefined ? {} : { subject }),
    ...(expiredHeaders ? { expiredHeaders } : {}),
    ...(lesserHeaders ? { lesserHeaders } : {}),
  };
}

function pair(separator: string) {
  return (text: string, before: Readonly<Record<string, string>>): Record<string, string> => {
    const at = text.indexOf(separator);
    if (at < 1) throw new Error(`${text}: a name and a value with ${separator} between them are wanted`);
    return { ...before, [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
  };
}
