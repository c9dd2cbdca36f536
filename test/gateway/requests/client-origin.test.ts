import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { createOriginReader } from '../../../src/gateway/requests/client-origin.ts';

function aRequest(
  remoteAddress: string,
  headers: Readonly<Record<string, string | string[]>>,
): IncomingMessage {
  const headersDistinct = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value].flat()]),
  );
  return { socket: { remoteAddress }, headers, headersDistinct } as unknown as IncomingMessage;
}

describe('the origin of a request', () => {
  const readOrigin = createOriginReader(['10.0.0.0/8', '192.0.2.7', '2001:db8:1::/48', '::1']);

  it.each<[string, string, string | string[], string]>([
    ['a client behind one proxy', '10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['a client behind two proxies', '10.0.0.1', '203.0.113.5, 10.9.9.9', '203.0.113.5'],
    ['a client that made hops up', '10.0.0.1', '198.51.100.1, 10.0.0.9, 203.0.113.5', '203.0.113.5'],
    [
      'a client that made hops up in a header of its own',
      '10.0.0.1',
      ['198.51.100.1', '203.0.113.5'],
      '203.0.113.5',
    ],
    ['a proxy that calls for itself', '10.0.0.1', '10.0.0.2', '10.0.0.2'],
    ['a proxy that says nothing', '10.0.0.1', '', '10.0.0.1'],
    ['a proxy that says what is no address', '10.0.0.1', '203.0.113.5, unknown', '10.0.0.1'],
    ['a proxy that writes ports', '192.0.2.7', '203.0.113.5:4711', '203.0.113.5'],
    ['an IPv6 client', '2001:db8:1::2', '2001:db8:ffff::9', '2001:db8:ffff::9'],
    ['an IPv6 client with a port', '::1', '[2001:db8:ffff::9]:4711', '2001:db8:ffff::9'],
    [
      'an IPv6 client behind an IPv6 proxy behind an IPv4 one',
      '10.0.0.1',
      '2001:db8:ffff::9, 2001:db8:1::5',
      '2001:db8:ffff::9',
    ],
    ['an IPv4 proxy at a socket for both', '::ffff:10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['an IPv4 client in IPv6 form', '10.0.0.1', '::ffff:203.0.113.5', '203.0.113.5'],
    ['somebody who is no proxy', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['somebody beside the one address', '192.0.2.8', '198.51.100.1', '192.0.2.8'],
    ['somebody outside the IPv6 network', '2001:db8:2::2', '198.51.100.1', '2001:db8:2::2'],
  ])('the origin of a request is found for %s', (_who, remoteAddress, forwardedFor, address) => {
    const request = aRequest(remoteAddress, { 'x-forwarded-for': forwardedFor });
    expect(readOrigin(request).address).toBe(address);
  });

  it.each<[string, Record<string, string>, { scheme: string; host: string }]>([
    [
      'a proxy that replaces what it is told',
      { 'x-forwarded-for': '203.0.113.5', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'a.example' },
      { scheme: 'https', host: 'a.example' },
    ],
    [
      'proxies that add to what they are told',
      {
        'x-forwarded-for': '198.51.100.1, 203.0.113.5, 10.9.9.9',
        'x-forwarded-proto': 'ftp, https, http',
        'x-forwarded-host': 'evil.example, a.example, inner.example',
      },
      { scheme: 'https', host: 'a.example' },
    ],
    [
      'a proxy that passes on what an earlier one said',
      { 'x-forwarded-for': '203.0.113.5, 10.9.9.9', 'x-forwarded-proto': 'HTTPS' },
      { scheme: 'https', host: 'gateway' },
    ],
    ['a proxy that says nothing', {}, { scheme: 'http', host: 'gateway' }],
    [
      'a proxy that names an odd scheme',
      { 'x-forwarded-proto': 'javascript' },
      { scheme: 'http', host: 'gateway' },
    ],
  ])('the origin of a request has the scheme and host of %s', (_who, headers, expected) => {
    expect(readOrigin(aRequest('10.0.0.1', { host: 'gateway', ...headers }))).toMatchObject(expected);
  });

  it('the origin of a request has the scheme and host of the connection where no proxy is trusted', () => {
    const headers = { host: 'gateway', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' };
    for (const read of [createOriginReader([]), createOriginReader(['10.0.0.0/8'])]) {
      expect(read(aRequest('127.0.0.1', headers))).toEqual({
        address: '127.0.0.1',
        scheme: 'http',
        host: 'gateway',
      });
    }
  });
});
