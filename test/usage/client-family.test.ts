import { describe, expect, it } from '@jest/globals';
import { clientFamily, createClientFamilies } from '../../src/usage/client-family.ts';

it.each([
  ['curl/8.14.1', 'curl'],
  ['python-requests/2.32.0', 'python-requests'],
  ['Smartsheet-CSharp-SDK 2.0', 'smartsheet-csharp-sdk'],
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/143.0', 'browser'],
  ['Java/17.0.2', 'java'],
  ['(unknown)', 'other'],
  [undefined, 'none'],
])('the client family of %s is %s', (userAgent, family) => {
  expect(clientFamily(userAgent)).toBe(family);
});

describe('client families of made-up names', () => {
  const makeUp = (count: number, familyOf: (userAgent: string) => string) =>
    new Set(Array.from({ length: count }, (_, index) => familyOf(`agent${index}/1`)));

  it('client families are eight and a common one for each caller', () => {
    const { familyFor } = createClientFamilies();
    expect(makeUp(101, (agent) => familyFor(agent, 'greedy')).size).toBe(9);
    expect(familyFor('agent0/2', 'greedy')).toBe('agent0');
  });

  it('client families of one caller do not hide those of another', () => {
    const { familyFor } = createClientFamilies();
    makeUp(101, (agent) => familyFor(agent, 'greedy'));
    expect(familyFor('old-app/1.2', 'app')).toBe('old-app');
  });

  it('client families of anonymous callers are one, but for well-known programs', () => {
    const { familyFor } = createClientFamilies();
    expect(makeUp(101, (agent) => familyFor(agent, undefined))).toEqual(new Set(['other']));
    expect(familyFor('okhttp/4.9', undefined)).toBe('okhttp');
  });
});
