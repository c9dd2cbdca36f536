import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../temporary-files/error-code.ts';
import { storeErrorFrom } from '../../temporary-files/store-error.ts';
import { requirePrefix } from '../store-key.ts';
import { folderOfPrefix, keyPartOf } from './place-of-key.ts';

/** A key that was found, and its path. */
export interface FoundKey {
  readonly key: string;
  readonly path: string;
}

/** How keys are laid out below a root. See `placeOfKey`. */
export interface KeyLayout {
  readonly leaf: LeafKind;
  readonly shardedSegments: number;
}

/** What is stored under the name of a key: bodies are files, records are folders of versions. */
export type LeafKind = 'file' | 'folder';

/**
 * The keys below a root that start with the prefix and come after `after`, in order by code unit. Keys that
 * appear or disappear during the walk may be missed. Foreign files (`.DS_Store`, `.nfs…`) are skipped.
 */
export async function* walkKeys(
  root: string,
  { leaf, shardedSegments }: KeyLayout,
  prefix: string,
  after = '',
): AsyncGenerator<FoundKey> {
  requirePrefix(prefix);
  const { folders, start } = folderOfPrefix(prefix, shardedSegments);
  for await (const found of walkFolder(join(root, ...folders), start, { leaf, prefix, after })) {
    if ('key' in found) yield found;
  }
}

/** Paths below a root that do not belong to the store. */
export async function* walkForeignFiles(root: string, leaf: LeafKind): AsyncGenerator<string> {
  for await (const found of walkFolder(root, '', { leaf, prefix: '', after: '' })) {
    if ('foreign' in found) yield found.foreign;
    else if (leaf === 'folder') yield* foreignFilesAmongVersions(found.path);
  }
}

async function* foreignFilesAmongVersions(folder: string): AsyncGenerator<string> {
  for (const { entry } of await entriesInOrder(folder)) {
    if (!/^\d+$/.test(entry.name) || !entry.isFile()) yield join(folder, entry.name);
  }
}

/** What a walk searches for. */
interface Walk {
  readonly leaf: LeafKind;
  readonly prefix: string;
  readonly after: string;
}

async function* walkFolder(
  folder: string,
  start: string,
  walk: Walk,
): AsyncGenerator<FoundKey | { readonly foreign: string }> {
  for (const { entry, part } of await entriesInOrder(folder)) {
    const key = start + part;
    const path = join(folder, entry.name);
    const isLeaf = entry.name.startsWith('=');
    const isKind = entry.isDirectory() === (!isLeaf || walk.leaf === 'folder') && !entry.isSymbolicLink();
    if (!isKind || !isOfStore(entry.name)) yield { foreign: path };
    else if (!isLeaf) {
      if (mayHold(key, walk)) yield* walkFolder(path, key, walk);
    } else if (key.startsWith(walk.prefix) && key > walk.after) yield { key, path };
  }
}

/**
 * Whether a name belongs to the store. A key may end where a folder ends; then its own name is only the mark.
 */
function isOfStore(name: string): boolean {
  return /^(=[A-Za-z0-9._,-]*|[A-Za-z0-9_,-][A-Za-z0-9._,-]*)$/.test(name);
}

/** Whether a folder of keys that start with `start` may hold a wanted key. */
function mayHold(start: string, { prefix, after }: Walk): boolean {
  const matches = start.startsWith(prefix) || prefix.startsWith(start);
  return matches && (start > after || after.startsWith(start));
}

async function entriesInOrder(folder: string): Promise<{ readonly entry: Dirent; readonly part: string }[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return [];
    throw storeErrorFrom(cause);
  }
  return entries
    .map((entry) => ({ entry, part: keyPartOf(entry.name), leaf: entry.name.startsWith('=') }))
    .sort((a, b) => (a.part === b.part ? Number(b.leaf) - Number(a.leaf) : a.part < b.part ? -1 : 1));
}
