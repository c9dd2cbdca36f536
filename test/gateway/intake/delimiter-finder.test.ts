import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createDelimiterFinder } from '../../../src/gateway/intake/delimiter-finder.ts';

/** Bytes that look like delimiters again and again. */
const body = fc
  .array(fc.constantFrom('\r\n--ab', '\r\n--a', '\r\n', '\r', '\n', '-', '--a', 'b', '\r\n--\r\n--', 'x'), {
    maxLength: 30,
  })
  .map((pieces) => pieces.join(''));
const cuts = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 60 });

/** Where delimiters end, with the line break that the parser puts before the body. */
function endsIn(whole: string, delimiter: string): number[] {
  const text = `\r\n${whole}`;
  const ends: number[] = [];
  for (let at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter, at + delimiter.length)) {
    ends.push(at + delimiter.length - 2);
  }
  return ends;
}

describe('the search for a delimiter', () => {
  it('finds the same ends however the body is cut up, and says what may be the beginning of one', () => {
    fc.assert(
      fc.property(body, cuts, (text, sizes) => {
        const delimiter = '\r\n--ab';
        const finder = createDelimiterFinder(Buffer.from(delimiter));
        const found: number[] = [];
        let at = 0;
        for (const size of [...sizes, text.length]) {
          const chunk = Buffer.from(text.slice(at, at + size));
          found.push(...finder.look(chunk).map((end) => at + end));
          at += chunk.length;
          const rest = `\r\n${text.slice(0, at)}`.slice(found.length > 0 ? (found.at(-1) ?? 0) + 2 : 0);
          const longest = Array.from({ length: delimiter.length }, (_, length) => length)
            .reverse()
            .find((length) => rest.endsWith(delimiter.slice(0, length)));
          expect(finder.pendingBytes).toBe(longest);
        }
        expect(found).toEqual(endsIn(text, delimiter));
      }),
      { numRuns: 2_000 },
    );
  });
});
