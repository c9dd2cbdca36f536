import { describe, expect, it } from '@jest/globals';
import { parameterValue } from '../../../src/gateway/validation/parameter-value.ts';

const query = (schema: object, ...texts: string[]) => {
  const read = parameterValue({ name: 'p', in: 'query', schema }, texts);
  return read.understood ? read.value : 'not understood';
};

describe('a parameter', () => {
  it.each([
    ['-5', -5],
    ['0', 0],
    ['9223372036854775807', 2 ** 63],
    ['9223372036854775808', 'not understood'],
    ['-9223372036854775809', 'not understood'],
    ['1e3', 'not understood'],
    ['0x10', 'not understood'],
    ['1.0', 'not understood'],
    [' 1', 'not understood'],
    ['', 'not understood'],
    ['NaN', 'not understood'],
    ['9'.repeat(400), 'not understood'],
  ])('a parameter of 64 bits reads %s as %s', (text, expected) => {
    expect(query({ type: 'integer', format: 'int64' }, text)).toBe(expected);
  });

  it('a parameter reads booleans, numbers and strings', () => {
    expect(query({ type: 'boolean' }, 'true')).toBe(true);
    expect(query({ type: 'boolean' }, 'yes')).toBe('not understood');
    expect(query({ type: 'number' }, '1.5')).toBe(1.5);
    expect(query({ type: 'string' }, '1.5')).toBe('1.5');
    expect(query({}, 'anything')).toBe('anything');
  });

  it('a parameter reads lists from repeated keys, or from commas where the document says so', () => {
    const list = { type: 'array', items: { type: 'integer' } } as const;
    expect(query(list, '1', '2')).toEqual([1, 2]);
    expect(query(list, '1,2')).toBe('not understood');
    const commas = parameterValue({ name: 'p', in: 'query', explode: false, schema: list }, ['1,2']);
    expect(commas).toEqual({ understood: true, value: [1, 2] });
  });
});
