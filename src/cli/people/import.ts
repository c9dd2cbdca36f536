import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parse as parseYaml } from 'yaml';
import { isJsonObject, type Json } from '../../domain/index.ts';
import type { ImportReport } from '../../people/import/import-people.ts';
import { positiveCount } from '../positive-numbers.ts';
import type { ImportOrder } from './import-file.ts';
import { importHere } from './import-here.ts';
import { importOverAdmin } from './import-over-admin.ts';
import { type GatewayOptions, gatewayCommand, print } from './people-command.ts';

interface ImportOptions extends GatewayOptions {
  readonly format?: 'csv' | 'ndjson';
  readonly map: Readonly<Record<string, string>>;
  readonly mapFile?: string;
  readonly dryRun?: boolean;
  readonly batch: number;
  readonly restart?: boolean;
  readonly rejects?: string;
  readonly missing: 'keep' | 'erase';
  readonly yes?: boolean;
}

/** `polyface people import FILE|-`. */
export function importCommand(): Command {
  return gatewayCommand('import')
    .description('make or change the people of a CSV or NDJSON file; gateways see them while it runs')
    .argument('<file>', 'the file; - for standard input')
    .addOption(
      new Option('--format <format>', 'default: by the name of the file, else csv').choices([
        'csv',
        'ndjson',
      ]),
    )
    .addOption(
      new Option(
        '--map <column=field>',
        'what a column is: id, a dialect, firstName, lastName, email, phoneNumber, identifier.NAME; - for nothing',
      )
        .argParser(collectMapping)
        .default({}, 'the columns’ own names'),
    )
    .option('--map-file <file>', 'the same from a YAML or JSON file: {column: field}')
    .option('--dry-run', 'say what would be done, do nothing')
    .option('--batch <rows>', 'rows that are written together', positiveCount, 20_000)
    .option('--restart', 'begin anew instead of going on where an interrupted import of the file stopped')
    .addOption(
      new Option('--missing <what>', 'what becomes of people who are not in the file')
        .choices(['keep', 'erase'])
        .default('keep'),
    )
    .option('--yes', 'do not ask before people are erased')
    .option('--rejects <file>', 'where rows go that cannot be taken (default: FILE.rejects.ndjson)')
    .action((file: string, options: ImportOptions) => runImport(file, options));
}

async function runImport(file: string, options: ImportOptions): Promise<void> {
  const mapping = {
    ...(options.mapFile === undefined ? {} : await readMapping(options.mapFile)),
    ...options.map,
  };
  const dryRun = options.dryRun === true;
  const rejectsFile = options.rejects ?? (file === '-' ? 'people.rejects.ndjson' : `${file}.rejects.ndjson`);
  const order: ImportOrder = {
    file,
    format: options.format ?? (/\.(ndjson|jsonl)$/i.test(file) ? 'ndjson' : 'csv'),
    mapping,
    dryRun,
    batchRows: options.batch,
    rejectsFile,
    // A dry run erases no person.
    erases: options.missing === 'erase' && !dryRun,
    receiptsFile: `${file === '-' ? 'people' : file}.erased.ndjson`,
    yes: options.yes === true,
  };
  const { admin } = options;
  const { report, complete, erased } =
    admin === undefined
      ? await importHere(order, options)
      : await importOverAdmin(order, { ...options, admin });
  print(
    options,
    { complete, dryRun, ...report, erased },
    describeReport(report, dryRun, rejectsFile, erased),
  );
  if (!complete) {
    process.stderr.write(
      admin === undefined
        ? 'interrupted; the next import of the same file goes on from here\n'
        : 'interrupted; the next import of the same file finds these rows as they were\n',
    );
    process.exitCode = 130;
  } else if (report.rejected > 0) process.exitCode = 2;
}

function describeReport(report: ImportReport, dryRun: boolean, rejectsFile: string, erased: number): string {
  const { rows, created, changed, unchanged, rejected, shared, sharedIdentifiers } = report;
  return [
    `${rows} rows: ${created} people ${dryRun ? 'would be ' : ''}created, ${changed} changed, ${unchanged} as they were, ${rejected} rejected${rejected > 0 ? ` (${rejectsFile})` : ''}`,
    ...(erased > 0 ? [`${erased} people who were not in the file are erased`] : []),
    ...(sharedIdentifiers > 0 ? [`${sharedIdentifiers} identifiers are shared, so they find no person`] : []),
    ...shared.map(({ identifier, rows: lines }) => `  ${identifier} in lines ${lines.join(', ')}`),
  ].join('\n');
}

function collectMapping(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new InvalidArgumentError('COLUMN=FIELD is expected');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

async function readMapping(file: string): Promise<Record<string, string>> {
  const value = parseYaml(await readFile(file, 'utf8')) as Json;
  const entries = isJsonObject(value) ? Object.entries(value) : undefined;
  if (!entries?.every((entry): entry is [string, string] => typeof entry[1] === 'string'))
    throw new Error(`${file}: a mapping {column: field} is expected`);
  return Object.fromEntries(entries);
}
