import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../failures/error-code.ts';
import { storeErrorFrom } from '../../failures/store-error.ts';
import { requirePrefix } from '../store-key.ts';
import { keyPartOf } from './place-of-key.ts';

/** A key that was found, and where. */
export interface FoundKey {
  readonly key: string;
  readonly path: string;
}

/**
 * The keys below a root that start with the prefix and come after `after`, in order by code unit. Keys that come or go during
 * the walk may or may not be seen.
 */
export async function* walkKeys(root: string, prefix: string, after = ''): AsyncGenerator<FoundKey> {
  requirePrefix(prefix);
  yield* walkFolder(root, '', prefix, after);
}

async function* walkFolder(
  folder: string,
  start: string,
  prefix: string,
  after: string,
): AsyncGenerator<FoundKey> {
  for (const { name } of await entriesInOrder(folder)) {
    const key = start + keyPartOf(name);
    const path = join(folder, name);
    if (name.startsWith('=')) {
      if (key.startsWith(prefix) && key > after) yield { key, path };
    } else if (mayHold(key, prefix, after)) {
      yield* walkFolder(path, key, prefix, after);
    }
  }
}

/** Whether a folder of keys that start with `start` may hold one that is asked for. */
function mayHold(start: string, prefix: string, after: string): boolean {
  const matches = start.startsWith(prefix) || prefix.startsWith(start);
  return matches && (start > after || after.startsWith(start));
}

async function entriesInOrder(folder: string): Promise<Dirent[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return [];
    throw storeErrorFrom(cause);
  }
  return entries
    .map((entry) => ({ entry, part: keyPartOf(entry.name), leaf: entry.name.startsWith('=') }))
    .sort((a, b) => (a.part === b.part ? Number(b.leaf) - Number(a.leaf) : a.part < b.part ? -1 : 1))
    .map(({ entry }) => entry);
}
