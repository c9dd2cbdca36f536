import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { SingleBar } from 'cli-progress';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parse as parseYaml } from 'yaml';
import { isJsonObject, type Json, type RecordStore } from '../../domain/index.ts';
import {
  type ImportCounts,
  type ImportReport,
  importPeople,
  NOTHING_COUNTED,
  type RejectedRow,
} from '../../people/import/import-people.ts';
import { readPeople } from '../../people/import/read-people.ts';
import { positiveCount } from '../positive-count.ts';
import { collectGarbage } from './collect-garbage.ts';
import { eraseMissing } from './erase-missing.ts';
import { auditPeople, type PeopleOptions, peopleCommand, print, withPeople } from './people-command.ts';

interface ImportOptions extends PeopleOptions {
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

/** The place where an interrupted import continues. */
interface SavedImport {
  readonly row: number;
  readonly counts: ImportCounts;
  readonly version: string | undefined;
}

/** `polyface people import FILE|-`. */
export function importCommand(): Command {
  return peopleCommand('import')
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
  const { report, complete, erased } = await withPeople(options, async (opened) => {
    const { settings, store, registry, tenant, signal } = opened;
    const inFile = new Set<string>();
    const place = file === '-' || dryRun ? undefined : await importPlace(tenant, file, mapping);
    const erases = options.missing === 'erase' && !dryRun;
    // Missing people are known only after every row was read, so an import that erases starts from the
    // beginning.
    const saved = place && !options.restart && !erases ? await readSaved(store.records, place) : undefined;
    let version = saved?.version ?? (place && (await store.records.read(place))?.version);
    if (saved) process.stderr.write(`going on after line ${saved.row}\n`);
    const input = file === '-' ? process.stdin : createReadStream(file);
    const progress = await showProgress(file, input);
    const rejects = createRejects(rejectsFile, saved !== undefined);
    try {
      const result = await importPeople({
        tenant,
        registry,
        rows: readPeople(input, {
          kind: options.format ?? (/\.(ndjson|jsonl)$/i.test(file) ? 'ndjson' : 'csv'),
          mapping,
          dialects: new Set(Object.keys(settings.dialects)),
        }),
        batchRows: options.batch,
        dryRun,
        after: saved?.row ?? 0,
        counted: saved?.counts ?? NOTHING_COUNTED,
        signal,
        ...(erases ? { onKey: (key: string) => inFile.add(key) } : {}),
        onRejected: (rows) => rejects.write(rows),
        async onBatch(row, counts) {
          collectGarbage();
          progress.show(counts.rows);
          if (!place) return;
          const swapped = await store.records.swap(place, version, { schema: 1, row, counts });
          if (swapped === 'conflict') throw new Error('another import of this file is at work');
          version = swapped.version;
        },
      });
      const erased =
        erases && result.complete
          ? await eraseMissing(opened, inFile, {
              rejected: result.report.rejected,
              receiptsFile: `${file === '-' ? 'people' : file}.erased.ndjson`,
              ...options,
            })
          : 0;
      if (!dryRun) {
        const { created, changed } = result.report;
        await auditPeople(opened, 'people.import', '*', { after: { created, changed, erased } });
      }
      if (place && result.complete && version !== undefined) await store.records.remove(place, version);
      return { ...result, erased };
    } finally {
      progress.end();
      await rejects.end();
    }
  });
  print(
    options,
    { complete, dryRun, ...report, erased },
    describeReport(report, dryRun, rejectsFile, erased),
  );
  if (!complete) {
    process.stderr.write('interrupted; the next import of the same file goes on from here\n');
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

/**
 * The key under which an interrupted import keeps its place. It is the same for the same file, mapping and
 * tenant.
 */
async function importPlace(
  tenant: string,
  file: string,
  mapping: Readonly<Record<string, string>>,
): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0);
    const digest = createHash('sha256')
      .update(JSON.stringify([tenant, size, mapping]))
      .update(buffer.subarray(0, bytesRead));
    return `people/imports/${digest.digest('hex').slice(0, 32)}`;
  } finally {
    await handle.close();
  }
}

async function readSaved(records: RecordStore, place: string): Promise<SavedImport | undefined> {
  const found = await records.read(place);
  if (!found || !isJsonObject(found.value)) return undefined;
  const { row, counts } = found.value;
  if (typeof row !== 'number' || !isJsonObject(counts)) return undefined;
  return { row, counts: { ...NOTHING_COUNTED, ...counts }, version: found.version };
}

/** Writes rejected rows as NDJSON. The file exists only where a row was rejected. */
function createRejects(file: string, goesOn: boolean) {
  let stream: WriteStream | undefined;
  return {
    async write(rows: readonly RejectedRow[]) {
      if (rows.length === 0) return;
      stream ??= createWriteStream(file, { flags: goesOn ? 'a' : 'w', mode: 0o600 });
      if (!stream.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))) await once(stream, 'drain');
    },
    async end() {
      if (!stream) return;
      stream.end();
      await once(stream, 'close');
    },
  };
}

async function showProgress(file: string, input: Readable & { readonly bytesRead?: number }) {
  const bar = new SingleBar({
    format: 'import {bar} {percentage} % | {rows} rows, {rate} a second | {eta_formatted} left',
    stream: process.stderr,
    hideCursor: true,
    etaBuffer: 20,
  });
  const startedAtMs = performance.now();
  if (file !== '-' && process.stderr.isTTY) {
    const handle = await open(file, 'r');
    bar.start((await handle.stat()).size, 0, { rows: 0, rate: 0 });
    await handle.close();
  }
  return {
    show(rows: number) {
      const rate = Math.round((rows * 1_000) / (performance.now() - startedAtMs));
      bar.update(input.bytesRead ?? 0, { rows, rate });
    },
    end: () => bar.stop(),
  };
}
