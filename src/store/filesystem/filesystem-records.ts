import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type RecordStore, StoreError } from '../../domain/index.ts';
import { asStoreWork } from '../../temporary-files/store-error.ts';
import type { Store } from '../store.ts';
import { MARKER_KEY } from '../store-marker.ts';
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
import type { Reserve } from './reserve.ts';
import { createRootGuard } from './root-guard.ts';
import type { Staging } from './stage-file.ts';
import { walkKeys } from './walk-keys.ts';

/** Some keys name another thing, e.g. a migration, before they name a subject. */
const SHARDED_SEGMENTS = 3;
const LAYOUT = { leaf: 'folder', shardedSegments: SHARDED_SEGMENTS } as const;

/** How many records a listing reads before other work gets a turn. */
const LISTED_PER_TURN = 32;

/**
 * Records as folders below `root`. Each holds its newest version as a file whose name is the version's
 * number. A swap links the next number, and only one process can do that. Older files are removed once the
 * newer one is durable, so the names in the folder always show the newest version. A removed record keeps its
 * last number, because numbers must not repeat.
 */
export function createFilesystemRecords(parts: {
  readonly root: string;
  readonly folders: DurableFolders;
  readonly staging: Staging;
  readonly reserve: Reserve;
}): RecordStore & Required<Pick<Store, 'setAside'>> {
  const { root, folders, staging, reserve } = parts;
  const guard = createRootGuard(root, pathOf(root, placeOfKey(MARKER_KEY, SHARDED_SEGMENTS)).path);

  /**
   * The newest version. Throws where the folder of all records is missing, because then it is unknown whether
   * there is one.
   */
  function currentVersion(folder: string): RecordVersion | undefined {
    const version = newestVersion(folder);
    if (!version) guard.requireRoot();
    return version;
  }

  /**
   * Puts the value, or a removal, after the version `expected`; `undefined` where another process was faster.
   */
  async function advance(
    key: string,
    expected: string | undefined,
    value: Buffer | undefined,
  ): Promise<string | undefined> {
    const { folder: shard, path: folder } = pathOf(root, placeOfKey(key, SHARDED_SEGMENTS));
    const current = currentVersion(folder);
    if (versionOf(current) !== expected) return undefined;
    return await reserve.using(() => write(shard, folder, current, value));
  }

  async function write(
    shard: string,
    folder: string,
    current: RecordVersion | undefined,
    value: Buffer | undefined,
  ): Promise<string | undefined> {
    const next = followingVersion(current, randomBytes(6).toString('hex'));
    const ready = current ? Promise.resolve() : prepareFolder(shard, folder);
    const [written] = await Promise.allSettled([
      staging.with(encodeVersion(next, value), (file) =>
        asStoreWork(() => publish(folder, next, file, ready)),
      ),
      // Waited for even where writing fails first. `publish` reports its failure.
      ready,
    ]);
    if (written.status === 'rejected') throw written.reason;
    return written.value;
  }

  /** Prepares the folder for its first version, because its own name may not be durable yet. */
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
      const version = currentVersion(pathOf(root, placeOfKey(key, SHARDED_SEGMENTS)).path);
      if (version?.value === undefined) return undefined;
      return { value: version.value, version: String(version.number) };
    },

    async isStill(key, version) {
      const number = versionNumbers(pathOf(root, placeOfKey(key, SHARDED_SEGMENTS)).path).at(-1);
      if (number === undefined) guard.requireRoot();
      // A removal has a number of its own.
      return String(number) === version;
    },

    async swap(key, expected, value) {
      const version = await advance(key, expected, encodeRecord(value));
      return version === undefined ? 'conflict' : { version };
    },

    async remove(key, expected) {
      return (await advance(key, expected, undefined)) === undefined ? 'conflict' : 'removed';
    },

    async setAside(key) {
      const { path: folder } = pathOf(root, placeOfKey(key, SHARDED_SEGMENTS));
      const number = versionNumbers(folder).at(-1);
      if (number === undefined) return undefined;
      const removed = { number: number + 1, write: randomBytes(6).toString('hex'), before: [] };
      return await staging.with(encodeVersion(removed, undefined), (file) =>
        asStoreWork(async () => {
          // Numbers continue, so that no version of the key is used twice.
          if (!linkIfFree(file, join(folder, String(removed.number)))) return undefined;
          await folders.sync(folder);
          const aside = join(dirname(root), 'set-aside');
          await folders.require(aside);
          const path = join(aside, `${key.replaceAll('/', ',').slice(0, 200)}.${number}`);
          renameSync(join(folder, String(number)), path);
          await folders.sync(aside);
          return path;
        }),
      );
    },

    async *list(prefix, options) {
      guard.requireRoot();
      let looked = 0;
      for await (const { key, path } of walkKeys(root, LAYOUT, prefix, options?.after)) {
        looked += 1;
        if (looked % LISTED_PER_TURN === 0) await nextTurn();
        if (holdsRecord(path)) yield key;
      }
    },
  };
}

/** Whether a record exists, even one that cannot be read: a listing must not hide it. */
function holdsRecord(folder: string): boolean {
  try {
    return newestVersion(folder)?.value !== undefined;
  } catch (cause) {
    if (cause instanceof StoreError && cause.reason === 'damaged') return true;
    throw cause;
  }
}

/** The version as callers know it; `undefined` for a removed record. */
function versionOf(version: RecordVersion | undefined): string | undefined {
  return version?.value === undefined ? undefined : String(version.number);
}

/**
 * Whether the version that was just linked is the newest one, or one that the newest one follows. Otherwise
 * this process paused between its look and its link, while others used and removed the number. Then a higher
 * number exists, because only lower numbers are removed.
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

/** Removes the lowest first, so that a crash leaves no gap below the newest. */
async function removeOlder(folder: string, number: number, seen: readonly number[]): Promise<void> {
  for (const older of seen) {
    if (older < number) await removeIfThere(join(folder, String(older)));
  }
}
