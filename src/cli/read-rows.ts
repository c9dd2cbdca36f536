import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { isJsonObject, type Json, type JsonObject } from '../domain/index.ts';

/** A row of a file, or why it cannot be read. `row`: the line where it begins; the first is 1. */
export type FileRow = { readonly row: number } & (
  | { readonly values: JsonObject }
  | { readonly fault: string }
);

/**
 * Reads the rows of a CSV file with a header, or of an NDJSON file, in order. The file's name ending tells
 * which. `-` reads standard input, in the format of `format`.
 */
export function readRows(file: string, format: 'csv' | 'ndjson' | undefined): AsyncIterable<FileRow> {
  const source = file === '-' ? process.stdin : createReadStream(file);
  const kind = format ?? (/\.(ndjson|jsonl)$/i.test(file) ? 'ndjson' : 'csv');
  return kind === 'ndjson' ? readNdjson(source) : readCsv(source);
}

async function* readCsv(source: Readable): AsyncIterable<FileRow> {
  const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true });
  source.on('error', (cause) => parser.destroy(cause));
  let header: readonly string[] | undefined;
  let line = 1;
  for await (const { record, info } of source.pipe(parser) as AsyncIterable<CsvRecord>) {
    const row = line;
    line = info.lines + 1;
    if (!header) header = record.map((column) => column.trim());
    else if (record.length !== header.length)
      yield { row, fault: `has ${record.length} cells where the header has ${header.length}` };
    else {
      const cells = header.map((column, at) => [column, record[at]?.trim() ?? ''] as const);
      yield { row, values: Object.fromEntries(cells.filter(([, cell]) => cell !== '')) };
    }
  }
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

async function* readNdjson(source: Readable): AsyncIterable<FileRow> {
  let row = 0;
  for await (const line of createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })) {
    row += 1;
    if (line.trim() === '') continue;
    const values = parseLine(line);
    yield isJsonObject(values) ? { row, values } : { row, fault: 'is no JSON object' };
  }
}

function parseLine(line: string): Json | undefined {
  try {
    return JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
}
