import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Subject } from '../domain/index.ts';
import type { OperatedBackend } from '../migration/operate/operated-backend.ts';

/** The ids in a file, or on standard input for `-`: one a line; blank lines and lines that start with `#` do not count. */
export async function readSubjectList(file: string): Promise<string[]> {
  const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  return content
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** The subjects behind ids in the clients' dialect; ids that nobody has are left out. */
export async function subjectsNamed(
  { at, core }: OperatedBackend,
  ids: readonly string[],
): Promise<Subject[]> {
  const found = await Promise.all(
    ids.map((id) => core.directory.byAlias(at.name.tenant, at.name.dialect, id)),
  );
  return found.filter((subject): subject is Subject => subject !== undefined);
}
