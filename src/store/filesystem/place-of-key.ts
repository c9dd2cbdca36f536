import { join } from 'node:path';
import { requireKey } from '../store-key.ts';

/** Longest file or folder name that is made from a key, in bytes without the mark. File systems allow 255. */
const MAX_NAME_LENGTH = 200;

/**
 * How many characters after a slash choose the folder: 256 folders for keys that continue with hex digits.
 */
const SHARD_LENGTH = 2;

/** The place of a key below a root folder. */
export interface Place {
  /** Outermost first. */
  readonly folders: readonly string[];
  /** Begins with `=`, so that a file is never mistaken for a folder of keys. */
  readonly name: string;
}

/**
 * Spreads keys over folders by their start. So a folder holds a run of neighbouring keys, and a walk in order
 * keeps only one folder's names in memory. Names contain the characters of a key unchanged, except for `/`,
 * which becomes `,`. `shardedSegments`: after how many slashes the next characters choose one more folder.
 */
export function placeOfKey(key: string, shardedSegments: number): Place {
  requireKey(key);
  const folders: string[] = [];
  let rest = key;
  for (let shard = 0; shard < shardedSegments; shard += 1) {
    const slash = rest.indexOf('/');
    // Keys without a slash get the first folder as well, so that names of keys are never directly below the
    // root.
    if (slash < 0 && shard > 0) break;
    const end = Math.min(slash < 0 ? rest.length : slash + 1 + SHARD_LENGTH, MAX_NAME_LENGTH);
    folders.push(nameOf(rest.slice(0, end)));
    rest = rest.slice(end);
  }
  while (rest.length > MAX_NAME_LENGTH) {
    folders.push(nameOf(rest.slice(0, MAX_NAME_LENGTH)));
    rest = rest.slice(MAX_NAME_LENGTH);
  }
  return { folders, name: `=${nameOf(rest)}` };
}

/**
 * The innermost folder that holds every key with the prefix, below a root folder. `start`: what all keys in that
 * folder begin with.
 */
export function folderOfPrefix(
  prefix: string,
  shardedSegments: number,
): { readonly folders: readonly string[]; readonly start: string } {
  const folders: string[] = [];
  let begin = 0;
  for (let shard = 0; shard < shardedSegments; shard += 1) {
    const slash = prefix.indexOf('/', begin);
    const end = Math.min(slash + 1 + SHARD_LENGTH, begin + MAX_NAME_LENGTH);
    if (slash < 0 || end > prefix.length) break;
    folders.push(nameOf(prefix.slice(begin, end)));
    begin = end;
  }
  return { folders, start: prefix.slice(0, begin) };
}

/** The path of a place, and the path of its folder. */
export function pathOf(root: string, place: Place): { readonly folder: string; readonly path: string } {
  const folder = join(root, ...place.folders);
  return { folder, path: join(folder, place.name) };
}

/** The part of a key that belongs to a folder's or a file's name. */
export function keyPartOf(name: string): string {
  return (name.startsWith('=') ? name.slice(1) : name).replaceAll(',', '/');
}

function nameOf(keyPart: string): string {
  return keyPart.replaceAll('/', ',');
}
