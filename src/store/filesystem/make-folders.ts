import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../../temporary-files/error-code.ts';

/**
 * Makes a folder and those above it, and gives the new ones, outermost first. Node's own `recursive` never
 * returns where a parent exists but accepts no folders (`/proc`).
 */
export function makeFolders(path: string, mode = 0o700): string[] {
  const parent = dirname(path);
  try {
    return makeFolder(path, mode);
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT' || parent === path) throw cause;
  }
  return [...makeFolders(parent, mode), ...makeFolder(path, mode)];
}

function makeFolder(path: string, mode: number): string[] {
  try {
    mkdirSync(path, { mode });
    return [path];
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') return [];
    throw cause;
  }
}
