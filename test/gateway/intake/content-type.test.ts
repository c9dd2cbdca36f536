import { describe, expect, it } from '@jest/globals';
import { readContentType } from '../../../src/gateway/intake/content-type.ts';

describe('readContentType', () => {
  it.each([
    ['multipart/form-data; boundary=XbX', { mediaType: 'multipart/form-data', boundary: 'XbX' }],
    ['Multipart/Form-Data; boundary="X, b"', { mediaType: 'multipart/form-data', boundary: 'X, b' }],
    ['multipart/form-data; boundary="X\\"b"', { mediaType: 'multipart/form-data', boundary: 'X"b' }],
    ['image/png, image/jpeg', {}],
    ['image/png; q=1, image/jpeg', {}],
    ['nonsense', {}],
    ['x'.repeat(2_000), {}],
    [undefined, {}],
  ])('readContentType reads %s', (header, understood) => {
    expect(readContentType(header)).toEqual(understood);
  });

  it.each(['', '\\'])(
    'readContentType reads a header of escaped quotes and "%s", as long as a head may be, without delay',
    (end) => {
      const header = `image/png; "${'\\"'.repeat(8_000)}${end}`;
      const startedAt = performance.now();
      readContentType(header);
      expect(performance.now() - startedAt).toBeLessThan(100);
    },
  );
});
