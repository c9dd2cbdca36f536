import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Json, type RecordStore, StoreError } from '../../domain/index.ts';
import { asStoreWork } from '../../failures/store-error.ts';
import { encodeRecord } from '../store-record.ts';
import type { DurableFolders } from './durable-folders.ts';
import { linkIfFree, removeIfThere, unlinkIfThere } from './file-operations.ts';
import { pathOf, placeOfKey } from './place-of-key.ts';
import {
  encodeVersion,
  followingVersion,
  newestVersion,
  type RecordVersion,
  versionNumbers,
} from './record-versions.ts';
import type { Staging } from './stage-file.ts';
import { walkKeys } from './walk-keys.ts';

/** Records of one kind may be named by what they belong to before they are named by a subject. */
const SHARDED_SEGMENTS = 3;

/** How many records a listing looks at before it lets other work run. */
const LISTED_PER_TURN = 32;

/**
 * Records as folders below `root`, each holding its newest version as a file named by its number. A swap links the next number,
 * which only one process can; older files go once the newer is durable, so that a look at the folder's names always shows the
 * newest. A removed record leaves its last number behind, or numbers would repeat.
 */
export function createFilesystemRecords(parts: {
  readonly root: string;
  readonly folders: DurableFolders;
  readonly staging: Staging;
}): RecordStore {
  const { root, folders, staging } = parts;

  /** Puts `content` after the version `expected`, or gives `undefined` where another was faster. */
  async function advance(
    key: string,
    expected: string | undefined,
    content: { readonly value?: Json },
  ): Promise<string | undefined> {
    const { folder: shard, path: folder } = pathOf(root, placeOfKey(key, SHARDED_SEGMENTS));
    const current = newestVersion(folder);
    if (versionOf(current) !== expected) return undefined;
    const next = followingVersion(current, randomBytes(6).toString('hex'), content);
    const ready = current ? Promise.resolve() : prepareFolder(shard, folder);
    const [written] = await Promise.allSettled([
      staging.with(encodeVersion(next), (file) => asStoreWork(() => publish(folder, next, file, ready))),
      // Whose failure is publish's; here it is only waited for, also where writing fails first.
      ready,
    ]);
    if (written.status === 'rejected') throw written.reason;
    return written.value;
  }

  /** Where no version stands yet, nobody has to have made the folder's own name durable. */
  async function prepareFolder(shard: string, folder: string): Promise<void> {
    await folders.require(shard);
    await folders.make(folder);
  }

  async function publish(
    folder: string,
    next: RecordVersion,
    file: string,
    ready: Promise<void>,
  ): Promise<string | undefined> {
    await ready;
    if (!linkIfFree(file, join(folder, String(next.number)))) return undefined;
    const numbers = versionNumbers(folder);
    if (!isPartOfHistory(folder, next, numbers)) {
      unlinkIfThere(join(folder, String(next.number)));
      return undefined;
    }
    await folders.sync(folder);
    await removeOlder(folder, next.number, numbers);
    return String(next.number);
  }

  return {
    capabilities: { conditionalCreate: true, conditionalReplace: true, orderedListing: true },

    async read(key) {
      const version = newestVersion(pathOf(root, placeOfKey(key, SHARDED_SEGMENTS)).path);
      if (version?.value === undefined) return undefined;
      return { value: version.value, version: String(version.number) };
    },

    async swap(key, expected, value) {
      encodeRecord(value);
      const version = await advance(key, expected, { value });
      return version === undefined ? 'conflict' : { version };
    },

    async remove(key, expected) {
      return (await advance(key, expected, {})) === undefined ? 'conflict' : 'removed';
    },

    async *list(prefix, options) {
      let looked = 0;
      for await (const { key, path } of walkKeys(root, prefix, options?.after)) {
        looked += 1;
        if (looked % LISTED_PER_TURN === 0) await nextTurn();
        if (newestVersion(path)?.value !== undefined) yield key;
      }
    },
  };
}

/** What callers know a version by; a removed record is none. */
function versionOf(version: RecordVersion | undefined): string | undefined {
  return version?.value === undefined ? undefined : String(version.number);
}

/**
 * Whether the version that was just linked is the newest or led to the newest. It is neither where this process stood still between
 * its look and its link for so long that others had used and removed the number; a higher number stands then, for only lower ones are ever
 * removed.
 */
function isPartOfHistory(folder: string, linked: RecordVersion, numbers: readonly number[]): boolean {
  if (numbers.at(-1) === linked.number) return true;
  const newest = newestVersion(folder);
  if (newest?.number === linked.number && newest.write === linked.write) return true;
  if (!newest || newest.number <= linked.number) throw new StoreError('damaged');
  if (newest.before.includes(linked.write)) return true;
  if (newest.number - linked.number <= newest.before.length) return false;
  throw new StoreError('unavailable', { cause: new Error('too much has changed to tell who was first') });
}

/** Lowest first, so that whatever a crash leaves has no gap below the newest. */
async function removeOlder(folder: string, number: number, seen: readonly number[]): Promise<void> {
  for (const older of seen) {
    if (older < number) await removeIfThere(join(folder, String(older)));
  }
}
