import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/**
 * Reads the ids in a file, or on standard input for `-`: one a line, each once. Blank lines and lines that
 * start with `#` are skipped. Throws where the list has no id.
 */
export async function readSubjectList(file: string): Promise<string[]> {
  const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  const ids = content
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (ids.length === 0) throw new Error(`the list of people in ${file} is empty`);
  return [...new Set(ids)];
}
