import { describe, expect, it } from '@jest/globals';
import { parseContentType } from '../../../src/gateway/intake/content-type.ts';

describe('a content type', () => {
  it.each([
    ['multipart/form-data; boundary=XbX', { mediaType: 'multipart/form-data', boundary: 'XbX' }],
    ['Multipart/Form-Data; boundary="X, b"', { mediaType: 'multipart/form-data', boundary: 'X, b' }],
    ['multipart/form-data; boundary="X\\"b"', { mediaType: 'multipart/form-data', boundary: 'X"b' }],
    ['image/png, image/jpeg', {}],
    ['image/png; q=1, image/jpeg', {}],
    ['nonsense', {}],
    [undefined, {}],
  ])('%s is understood', (header, understood) => {
    expect(parseContentType(header)).toEqual(understood);
  });

  it.each(['', '\\'])('as long as a head may be, of escaped quotes and "%s", holds nobody up', (end) => {
    const header = `image/png; "${'\\"'.repeat(8_000)}${end}`;
    const startedAt = performance.now();
    parseContentType(header);
    expect(performance.now() - startedAt).toBeLessThan(100);
  });
});
