import { describe, expect, it } from '@jest/globals';
import { compareWire } from '../../../src/migration/parity/compare-wire.ts';
import { readDifferingValues } from '../../../src/migration/parity/differing-values.ts';
import type { WholeAnswer } from '../../../src/migration/upstream/read-answer.ts';

function answer(headers: Readonly<Record<string, string>>, json: object = {}): WholeAnswer {
  const all = { 'Content-Type': 'application/json', ...headers };
  return {
    status: 200,
    statusText: 'OK',
    rawHeaders: Object.entries(all).flat(),
    bytes: Buffer.from(JSON.stringify(json)),
  };
}

describe('the comparison of two answers on the wire', () => {
  it('the comparison of two answers on the wire names each header that browsers and caches act upon and that differs', () => {
    const theirs = answer({
      'Access-Control-Allow-Origin': '*',
      'Cache-Control': 'no-store',
      'Strict-Transport-Security': 'max-age=1',
    });
    const ours = answer({ 'Cache-Control': 'private', 'X-Content-Type-Options': 'nosniff' });
    expect(compareWire(theirs, ours)).toEqual([
      'header:access-control-allow-origin',
      'header:cache-control',
      'header:strict-transport-security',
      'header:x-content-type-options',
    ]);
  });

  it('the comparison of two answers on the wire takes headers of one server and one moment as they come, and lists in any order', () => {
    const theirs = answer({ Server: 'nginx', Date: 'now', ETag: '"1"', Vary: 'Origin, Accept' });
    const ours = answer({ 'X-Request-Id': '7', ETag: '"2"', Vary: 'accept,origin' });
    expect(compareWire(theirs, ours)).toEqual([]);
    expect(compareWire(theirs, answer({ Vary: 'accept,origin' }))).toEqual(['header:etag']);
  });

  it('the comparison of two answers on the wire takes no-store of the gateway for what a backend means that says nothing', () => {
    const ours = answer({ 'Cache-Control': 'private, no-store' });
    expect(compareWire(answer({}), ours)).toEqual([]);
    expect(compareWire(answer({ 'Cache-Control': 'no-cache, No-Store' }), ours)).toEqual([]);
    expect(compareWire(answer({ 'Cache-Control': 'max-age=60' }), ours)).toEqual(['header:cache-control']);
    expect(compareWire(answer({}), answer({ 'Cache-Control': 'max-age=60' }))).toEqual([
      'header:cache-control',
    ]);
  });

  it('the comparison of two answers on the wire leaves out what may differ', () => {
    const theirs = answer({ 'Cache-Control': 'no-store' }, { id: 1, password_hash: 'x', items: [{ at: 1 }] });
    const ours = answer({}, { id: 1, items: [{ at: 2 }] });
    const noise = new Set(['header:cache-control', '/password_hash', '/items/*/at']);
    expect(compareWire(theirs, ours, { noise })).toEqual([]);
    expect(compareWire(theirs, ours)).toEqual(['header:cache-control', '/password_hash', '/items/*/at']);
  });
});

describe('the kept values of a difference', () => {
  it('the kept values of a difference are those of both sides, without secrets, people and signatures', () => {
    const theirs = answer(
      { 'Cache-Control': 'no-store' },
      {
        state: 'a',
        email: 'ada@example.org',
        link: 'https://a.example/b?signature=1',
        inner: { token: 't', n: 1 },
      },
    );
    const ours = answer({}, { state: 'b', link: 7, inner: {} });
    const paths = ['header:cache-control', '/state', '/email', '/link', '/inner', 'status'];
    expect(readDifferingValues(theirs, ours, paths)).toEqual({
      'header:cache-control': ['"no-store"', '(absent)'],
      '/state': ['"a"', '"b"'],
      '/email': ['[redacted]', '(absent)'],
      '/link': ['"https://a.example/b?…"', '7'],
      '/inner': ['{"token":"[redacted]","n":1}', '{}'],
      status: ['200', '200'],
    });
  });
});
