import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonArray, isJsonObject, type Json, StoreError } from '../../domain/index.ts';
import { errorCode } from '../../temporary-files/error-code.ts';
import { storeErrorFrom } from '../../temporary-files/store-error.ts';

/** How many earlier writes a version lists. */
const REMEMBERED_WRITES = 32;

/** How often the newest version may be replaced during a read before the read gives up. */
const MAX_TRIES = 1_000;

/** One version of a record, as its file holds it. */
export interface RecordVersion {
  /** The file's name. It counts from 1 for each key and never goes back. */
  readonly number: number;
  /** A new id for each attempt to write. */
  readonly write: string;
  /** The writes before this one, newest first. */
  readonly before: readonly string[];
  /** Absent once the record was removed. */
  readonly value?: Json;
}

/** The next version, without its value and not yet written. */
export function followingVersion(current: RecordVersion | undefined, write: string): RecordVersion {
  return {
    number: (current?.number ?? 0) + 1,
    write,
    before: current ? [current.write, ...current.before].slice(0, REMEMBERED_WRITES) : [],
  };
}

/** The content of a version's file: `value` as JSON, or none for a removed record. */
export function encodeVersion({ write, before }: RecordVersion, value: Buffer | undefined): Buffer {
  const head = JSON.stringify({ write, before });
  if (!value) return Buffer.from(head);
  return Buffer.concat([Buffer.from(`${head.slice(0, -1)},"value":`), value, Buffer.from('}')]);
}

/**
 * Numbers of the versions in a record's folder, rising. The highest is the newest; lower ones will be
 * removed.
 */
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

/** The newest version, which may be a removal; `undefined` where nothing was ever written. */
export function newestVersion(folder: string): RecordVersion | undefined {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const number = versionNumbers(folder).at(-1);
    if (number === undefined) return undefined;
    const version = readVersion(folder, number);
    // The file is gone because another process has replaced it, so there is a newer one.
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
  return versionOf(number, text) ?? throwDamaged(join(folder, String(number)));
}

/** `undefined` where the text is not a version of a record: empty, cut off, overwritten. */
function versionOf(number: number, text: string): RecordVersion | undefined {
  const parsed = jsonOf(text);
  if (!isJsonObject(parsed)) return undefined;
  const { write, before, value } = parsed;
  if (typeof write !== 'string' || !isJsonArray(before)) return undefined;
  const writes = before.filter((one) => typeof one === 'string');
  if (writes.length < before.length) return undefined;
  return { number, write, before: writes, ...(value !== undefined && { value }) };
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function throwDamaged(path: string): never {
  throw new StoreError('damaged', { cause: new Error(`${path} holds no version of a record`) });
}
