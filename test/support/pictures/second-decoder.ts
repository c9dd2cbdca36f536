import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../fixtures/second-decoder');

/** A picture that no builder here can write: a file of `test/fixtures/second-decoder`, whose README says how each was made. */
export function aStoredPicture(file: string): Buffer {
  return readFileSync(join(FOLDER, file));
}
