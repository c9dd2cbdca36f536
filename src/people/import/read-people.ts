import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import type { Json } from '../../domain/index.ts';
import { type ColumnTarget, personOfRow, targetsOf } from './map-columns.ts';

/** A row of a file: a person that is not yet checked, or the reason why it cannot be read. */
export type ImportRow = {
  /** Line of the file where the row begins, the first is 1. */
  readonly row: number;
} & ({ readonly person: Json } | { readonly fault: string });

/** The format of a file of people. */
export interface ImportFormat {
  readonly kind: 'csv' | 'ndjson';
  readonly mapping: Readonly<Record<string, string>>;
  readonly dialects: ReadonlySet<string>;
}

/** The rows of a file, in order. Throws where the header cannot be understood. */
export function readPeople(source: Readable, format: ImportFormat): AsyncIterable<ImportRow> {
  return format.kind === 'csv' ? readCsv(source, format) : readNdjson(source);
}

async function* readCsv(source: Readable, { mapping, dialects }: ImportFormat): AsyncIterable<ImportRow> {
  const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true });
  source.on('error', (cause) => parser.destroy(cause));
  let targets: readonly ColumnTarget[] | undefined;
  let line = 1;
  for await (const { record, info } of source.pipe(parser) as AsyncIterable<CsvRecord>) {
    const row = line;
    line = info.lines + 1;
    if (!targets)
      targets = targetsOf(
        record.map((column) => column.trim()),
        mapping,
        dialects,
      );
    else if (record.length !== targets.length)
      yield { row, fault: `has ${record.length} cells where the header has ${targets.length}` };
    else yield { row, person: personOfRow(record, targets) };
  }
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

async function* readNdjson(source: Readable): AsyncIterable<ImportRow> {
  let row = 0;
  for await (const line of createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })) {
    row += 1;
    if (line.trim() === '') continue;
    try {
      yield { row, person: JSON.parse(line) as Json };
    } catch {
      yield { row, fault: 'is no JSON' };
    }
  }
}
