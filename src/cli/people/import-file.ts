import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { SingleBar } from 'cli-progress';
import {
  type ImportCounts,
  type ImportRegistry,
  type ImportReport,
  importPeople,
  NOTHING_COUNTED,
  type RejectedRow,
} from '../../people/import/import-people.ts';
import { readPeople } from '../../people/import/read-people.ts';
import { collectGarbage } from './collect-garbage.ts';

/** What an import was asked for. */
export interface ImportOrder {
  /** `-` for standard input. */
  readonly file: string;
  readonly format: 'csv' | 'ndjson';
  readonly mapping: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
  readonly batchRows: number;
  readonly rejectsFile: string;
  /** People who are not in the file are erased. */
  readonly erases: boolean;
  readonly receiptsFile: string;
  readonly yes: boolean;
}

/** What an import came to. */
export interface ImportResult {
  readonly report: ImportReport;
  readonly complete: boolean;
  readonly erased: number;
}

/** Where an import writes, and where it begins. */
export interface ImportTarget {
  readonly tenant: string;
  readonly registry: ImportRegistry;
  readonly dialects: ReadonlySet<string>;
  readonly signal: AbortSignal;
  readonly saved?: { readonly row: number; readonly counts: ImportCounts } | undefined;
  onKey(key: string): void;
  /** Called after each batch: every row up to this one is durable. */
  readonly onBatch?: (row: number, counts: ImportCounts) => Promise<void>;
  /** Called before each batch with how much of the file was read, from 0 to 1, where that is known. */
  readonly onRead?: (fraction: number | undefined) => void;
}

/** Puts the rows of the file. Shows progress, and writes rejected rows to their file. */
export async function importFile(
  order: ImportOrder,
  { tenant, registry, dialects, signal, saved, onKey, onBatch, onRead }: ImportTarget,
): Promise<Omit<ImportResult, 'erased'>> {
  const { file, format, mapping, dryRun, batchRows, rejectsFile } = order;
  const input: Readable & { readonly bytesRead?: number } =
    file === '-' ? process.stdin : createReadStream(file);
  const bytes = file === '-' ? undefined : await sizeOf(file);
  const progress = showProgress(bytes, input);
  const rejects = createRejects(rejectsFile, saved !== undefined);
  const tellRead = () => onRead?.(bytes ? (input.bytesRead ?? 0) / bytes : undefined);
  try {
    return await importPeople({
      tenant,
      registry: {
        check: (person) => registry.check(person),
        putMany(...batch) {
          tellRead();
          return registry.putMany(...batch);
        },
        preview(...batch) {
          tellRead();
          return registry.preview(...batch);
        },
      },
      rows: readPeople(input, { kind: format, mapping, dialects }),
      batchRows,
      dryRun,
      after: saved?.row ?? 0,
      counted: saved?.counts ?? NOTHING_COUNTED,
      signal,
      onKey,
      onRejected: (rows) => rejects.write(rows),
      async onBatch(row, counts) {
        collectGarbage();
        progress.show(counts.rows);
        await onBatch?.(row, counts);
      },
    });
  } finally {
    progress.end();
    await rejects.end();
  }
}

async function sizeOf(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
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

function showProgress(bytes: number | undefined, input: { readonly bytesRead?: number }) {
  const bar = new SingleBar({
    format: 'import {bar} {percentage} % | {rows} rows, {rate} a second | {eta_formatted} left',
    stream: process.stderr,
    hideCursor: true,
    etaBuffer: 20,
  });
  const startedAtMs = performance.now();
  if (bytes !== undefined && process.stderr.isTTY) bar.start(bytes, 0, { rows: 0, rate: 0 });
  return {
    show(rows: number) {
      const rate = Math.round((rows * 1_000) / (performance.now() - startedAtMs));
      bar.update(input.bytesRead ?? 0, { rows, rate });
    },
    end: () => bar.stop(),
  };
}
