import { describe, expect, it } from '@jest/globals';
import { claimantsIn, readClaims, writeClaims } from '../../src/people/records/name-claims.ts';

describe('the claims of a page of names', () => {
  const claims = new Map([
    ['AAAAAAAAAAAAAAAA', ['0'.repeat(32)]],
    ['BBBBBBBBBBBBBBBB', ['1'.repeat(32), '2'.repeat(32)]],
    ['CCCCCCCCCCCCCCCC', ['3'.repeat(32)]],
  ]);

  it('the claims of a page of names are the same after they were written and read', () => {
    expect(readClaims(writeClaims(claims))).toEqual(claims);
    expect(readClaims(writeClaims(new Map()))).toEqual(new Map());
  });

  it('the claims of a page of names are found one by one in the text, in their order', () => {
    const text = writeClaims(claims);
    for (const [token, keys] of claims) expect(claimantsIn(text, token)).toEqual(keys);
    expect(claimantsIn(text, 'DDDDDDDDDDDDDDDD')).toEqual([]);
    expect(claimantsIn('', 'AAAAAAAAAAAAAAAA')).toEqual([]);
  });
});
