import { isSubjectKey } from '../../domain/index.ts';
import type { PeopleText, PersonEntry } from './person-entry.ts';

/** The entry under the key. */
export function entryIn(text: PeopleText, key: string): PersonEntry | undefined {
  if (!isSubjectKey(key)) return undefined;
  const at = text.indexOf(`\n${key} `);
  if (at < 0) return undefined;
  const start = at + key.length + 2;
  const end = text.indexOf('\n', start);
  return JSON.parse(text.slice(start, end < 0 ? undefined : end)) as PersonEntry;
}

/** Every person of a text, in the order of their keys. */
export function entriesIn(text: PeopleText): [key: string, entry: PersonEntry][] {
  return linesOf(text)
    .sort()
    .map((line) => {
      const blank = line.indexOf(' ');
      return [line.slice(0, blank), JSON.parse(line.slice(blank + 1)) as PersonEntry];
    });
}

/** The text with these entries; they replace those with the same keys. */
export function withEntries(text: PeopleText, entries: ReadonlyMap<string, PersonEntry>): PeopleText {
  const kept = linesOf(text).filter((line) => !entries.has(line.slice(0, line.indexOf(' '))));
  const changed = [...entries].map(([key, entry]) => `${key} ${JSON.stringify(entry)}`);
  return [...kept, ...changed].map((line) => `\n${line}`).join('');
}

function linesOf(text: PeopleText): string[] {
  return text.split('\n').slice(1);
}
