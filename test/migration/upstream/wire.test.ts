import { describe, expect, it } from '@jest/globals';
import {
  backendAddress,
  pictureAddress,
  targetBelow,
} from '../../../src/migration/upstream/backend-address.ts';
import { distinctName } from '../../../src/migration/upstream/distinct-name.ts';
import { encodeBody } from '../../../src/migration/upstream/encode-body.ts';
import { endToEnd } from '../../../src/migration/upstream/hop-by-hop.ts';
import { uploadOf } from '../model/model-backend.ts';

describe('headers on their way through', () => {
  it('headers on their way through lose those of the hop and those that Connection names, and keep spelling, order and repetition', () => {
    const raw = [
      'Connection',
      'close, X-Mine',
      'X-mine',
      '1',
      'Set-Cookie',
      'a',
      'set-cookie',
      'b',
      'TE',
      'trailers',
      'X-Other',
      '2',
    ];
    expect(endToEnd(raw)).toEqual(['Set-Cookie', 'a', 'set-cookie', 'b', 'X-Other', '2']);
  });
});

describe('the address of a backend', () => {
  const address = backendAddress('https://legacy.example/api/', ['https://cdn.example']);

  it('the address of a backend goes before every path', () => {
    expect(targetBelow(address, '/v1/x?y=1')).toBe('/api/v1/x?y=1');
  });

  it.each([
    ['/images/1.jpg', 'https://legacy.example/api/images/1.jpg'],
    ['images/1.jpg', 'https://legacy.example/api/images/1.jpg'],
    ['https://cdn.example/1.jpg', 'https://cdn.example/1.jpg'],
    ['https://evil.example/1.jpg', undefined],
    ['http://169.254.169.254/latest', undefined],
    ['https://legacy.example@evil.example/1.jpg', undefined],
    ['file:///etc/passwd', undefined],
  ])('the address of a backend lets %s be fetched from %s', (url, expected) => {
    expect(pictureAddress(address, url)?.href).toBe(expected);
  });
});

describe('a multipart body', () => {
  it('a multipart body announces its length to the byte, and lets no name break out of its header', async () => {
    const upload = { ...uploadOf(7), fileName: 'a"\r\nX-Evil: 1.jpg' };
    const { headers, body } = encodeBody({ kind: 'multipart', parts: [{ name: 'file', upload }] });
    const pieces: Uint8Array[] = [];
    for await (const piece of body as AsyncIterable<Uint8Array>) pieces.push(piece);
    const text = Buffer.concat(pieces).toString();
    expect(headers['Content-Length']).toBe(String(Buffer.byteLength(text)));
    expect(text).toContain('filename="a%22%0D%0AX-Evil: 1.jpg"');
    expect(text).toContain('picture 7');
  });
});

describe('the file name of a picture that the gateway sends', () => {
  const ada = { key: 'a'.repeat(32), tenant: 't', id: 'ada', aliases: {}, profile: {} };
  const grace = { ...ada, key: 'b'.repeat(32), id: 'grace' };
  const upload = { ...uploadOf(7), declaredType: 'image/jpeg' };

  it('the file name that the gateway sends with a picture belongs to no other picture of the same bytes or the same name', () => {
    expect(distinctName(upload, ada)).toMatch(/^[0-9a-f]{16}\.jpg$/);
    expect(distinctName(upload, ada)).not.toBe(distinctName(upload, grace));
    const named = { ...upload, fileName: 'me.jpg' };
    expect(distinctName(named, ada)).toMatch(/^[0-9a-f]{16}-me\.jpg$/);
    expect(distinctName(named, ada)).not.toBe(distinctName(named, grace));
    const long = { ...upload, fileName: `${'ä'.repeat(120)}.jpg` };
    expect(distinctName(long, ada)).toMatch(/^[0-9a-f]{16}\.jpg$/);
  });
});
