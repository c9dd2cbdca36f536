import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { projectFiles } from './project-files.ts';

/**
 * Where the build puts what it prepares, below the built program's folder. Everything in it is found by the digest of what it was made of, so that
 * nothing can be out of date; for what the build did not know, and where the program runs from its sources, there is nothing.
 */
export function preparedFile(name: string, code = projectFiles().code): string {
  return join(code, 'prepared', name);
}

/** The name of what was made of a text. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
