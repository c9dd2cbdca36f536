import { describe, expect, it } from '@jest/globals';
import type { WireResponse } from '../../../src/domain/index.ts';
import { buildBytesResponse } from '../../../src/gateway/responses/build-response.ts';

const BODIES = [
  { kind: 'json', value: { email: 'ada@example.com' } },
  { kind: 'text', text: 'Customer not found' },
  { kind: 'none' },
] as const satisfies readonly WireResponse['body'][];

const build = (headers: WireResponse['headers'], body: (typeof BODIES)[number]) =>
  buildBytesResponse({ status: 200, headers, body }, { method: 'GET' }).headers;

describe('an answer that is no picture', () => {
  it.each(BODIES)('an answer that is no picture is kept by no cache: %j', (body) => {
    expect(build({ ETag: '"1"' }, body)).toMatchObject({
      'Cache-Control': 'private, no-store',
      ETag: '"1"',
    });
  });

  it('an answer that is no picture has the Cache-Control of its dialect, where there is one', () => {
    const { 'Content-Length': _length, ...headers } = build({ 'cache-control': 'max-age=60' }, BODIES[0]);
    expect(headers).toEqual({ 'cache-control': 'max-age=60' });
  });
});
