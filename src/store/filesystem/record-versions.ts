import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, StoreError } from '../../domain/index.ts';
import { errorCode } from '../../failures/error-code.ts';
import { storeErrorFrom } from '../../failures/store-error.ts';

/** How many earlier writes a version remembers. */
const REMEMBERED_WRITES = 32;

/** How often the newest version may be replaced under a reader's eyes before it gives up. */
const MAX_TRIES = 1_000;

/** One version of a record, as it lies in its file. */
export interface RecordVersion {
  /** Counts from 1 for each key and never goes back; the file's name. */
  readonly number: number;
  /** Drawn anew for each attempt to write. */
  readonly write: string;
  /** The writes that led here, newest first. */
  readonly before: readonly string[];
  /** Absent once the record was removed. */
  readonly value?: Json;
}

/** The version that follows, not yet written anywhere. */
export function followingVersion(
  current: RecordVersion | undefined,
  write: string,
  content: { readonly value?: Json },
): RecordVersion {
  return {
    number: (current?.number ?? 0) + 1,
    write,
    before: current ? [current.write, ...current.before].slice(0, REMEMBERED_WRITES) : [],
    ...content,
  };
}

/** The content of a version's file. */
export function encodeVersion({ write, before, value }: RecordVersion): Buffer {
  return Buffer.from(JSON.stringify({ write, before, value }));
}

/** Numbers of the versions in a record's folder, rising. The highest is the newest; lower ones await removal. */
export function versionNumbers(folder: string): number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return [];
    throw storeErrorFrom(cause);
  }
}

/** The newest version, of removed records as well; `undefined` where nothing was ever written. */
export function newestVersion(folder: string): RecordVersion | undefined {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const number = versionNumbers(folder).at(-1);
    if (number === undefined) return undefined;
    const version = readVersion(folder, number);
    // Gone: another process has replaced it since, so that a newer one is there.
    if (version) return version;
  }
  throw new StoreError('unavailable', { cause: new Error(`${folder} changes faster than it can be read`) });
}

function readVersion(folder: string, number: number): RecordVersion | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, String(number)), 'utf8');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw storeErrorFrom(cause);
  }
  try {
    return { number, ...(JSON.parse(text) as Omit<RecordVersion, 'number'>) };
  } catch (cause) {
    throw new StoreError('damaged', { cause });
  }
}
