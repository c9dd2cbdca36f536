import { join } from 'node:path';
import { requireKey } from '../store-key.ts';

/** Longest file or folder name that is made of a key, in bytes without the mark; file systems stop at 255. */
const MAX_NAME_LENGTH = 200;

/** Characters after a slash that choose the folder: 256 folders for keys that go on with hex digits. */
const SHARD_LENGTH = 2;

/** Where a key lies below a root folder. */
export interface Place {
  /** Outermost first. */
  readonly folders: readonly string[];
  /** Begins with `=`, so that no file is ever taken for a folder of keys. */
  readonly name: string;
}

/**
 * Spreads keys over folders by their start, so that a folder holds a run of neighbouring keys and a walk in order never has
 * more than one folder's names in memory. Every character of a key stands in a name as it is, but for `/`, which becomes `,`.
 * `shardedSegments`: after how many slashes the next characters choose one more folder.
 */
export function placeOfKey(key: string, shardedSegments: number): Place {
  requireKey(key);
  const folders: string[] = [];
  let rest = key;
  for (let shard = 0; shard < shardedSegments; shard += 1) {
    const slash = rest.indexOf('/');
    // The first folder is there for keys without a slash as well: names of keys never stand at the root.
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

/** The path of a place, and of the folder that it lies in. */
export function pathOf(root: string, place: Place): { readonly folder: string; readonly path: string } {
  const folder = join(root, ...place.folders);
  return { folder, path: join(folder, place.name) };
}

/** The part of a key that a folder's or a file's name stands for. */
export function keyPartOf(name: string): string {
  return (name.startsWith('=') ? name.slice(1) : name).replaceAll(',', '/');
}

function nameOf(keyPart: string): string {
  return keyPart.replaceAll('/', ',');
}
