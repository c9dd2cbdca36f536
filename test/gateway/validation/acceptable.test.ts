import { describe, expect, it } from '@jest/globals';
import { isAcceptable } from '../../../src/gateway/validation/acceptable.ts';

describe('an Accept header', () => {
  it.each([
    [undefined, true],
    ['', true],
    ['*/*', true],
    ['application/json', true],
    ['Application/JSON; charset=utf-8', true],
    ['application/*;q=0.5', true],
    ['text/html, */*;q=0.1', true],
    ['nonsense', true],
    ['text/html', false],
    ['image/*', false],
    ['application/json;q=0', false],
    ['text/html, application/json; q=0.0', false],
  ])('%s leaves room for JSON: %s', (accept, expected) => {
    expect(isAcceptable(accept, ['application/json'])).toBe(expected);
  });

  it('an Accept header meets documented ranges half-way', () => {
    expect(isAcceptable('image/png', ['image/*'])).toBe(true);
    expect(isAcceptable('text/html', ['image/*'])).toBe(false);
    expect(isAcceptable('text/html', [])).toBe(true);
  });
});
