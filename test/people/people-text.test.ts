import { describe, expect, it } from '@jest/globals';
import { entriesIn, entryIn, withEntries } from '../../src/people/records/people-text.ts';
import type { PersonEntry } from '../../src/people/records/person-entry.ts';

function entry(id: string): PersonEntry {
  return { tenant: 'demo', id, aliases: {}, identifiers: {}, profile: {}, version: 1 };
}

const ada = '0'.repeat(32);
const bob = '1'.repeat(32);
const eve = '2'.repeat(32);

describe('the people of a page', () => {
  const text = withEntries(
    '',
    new Map([
      [bob, entry('bob "the\n\\builder" 𝔅')],
      [ada, entry('ada')],
    ]),
  );

  it('each person of a page is found, with any characters in their names', () => {
    expect(entryIn(text, bob)).toEqual(entry('bob "the\n\\builder" 𝔅'));
    expect(entryIn(text, ada)).toEqual(entry('ada'));
    expect(entryIn(text, eve)).toBeUndefined();
    expect(entryIn('', ada)).toBeUndefined();
  });

  it('a text that is no key finds no person', () => {
    const [first = '', second = ''] = text.split('\n').slice(1);
    for (const key of ['', '__proto__', ada.slice(1), `${first}\n${second.slice(0, 32)}`])
      expect(entryIn(text, key)).toBeUndefined();
  });

  it('the people of a page are listed in the order of their keys', () => {
    expect(entriesIn(text).map(([key]) => key)).toEqual([ada, bob]);
    expect(entriesIn('')).toEqual([]);
  });

  it('a person is replaced under their key, and the others stay', () => {
    const changed = withEntries(
      text,
      new Map([
        [ada, entry('lovelace')],
        [eve, entry('eve')],
      ]),
    );
    expect(entriesIn(changed)).toEqual([
      [ada, entry('lovelace')],
      [bob, entryIn(text, bob)],
      [eve, entry('eve')],
    ]);
  });
});
