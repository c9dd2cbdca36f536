import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import capillary from '../../../dialects/capillary-v2/index.ts';
import { type DialectSetting, READABLE_FORMATS } from '../../../src/domain/index.ts';
import { options } from './options.ts';

const check = new Ajv2020({ useDefaults: true }).compile(capillary.optionsSchema);

function settingWith(own: Partial<typeof options>): DialectSetting<typeof options> {
  return { options: { ...options, ...own }, profile: 'documented' };
}

describe('options', () => {
  it('Capillary fills in the defaults of its options', () => {
    const own = { orgId: '100737' };
    expect(check(own)).toBe(true);
    expect(own).toEqual(options);
  });

  it.each([
    { orgId: 'acme' },
    { orgId: '../100737' },
    { minBytes: 0 },
    { maxBytes: 0.5 },
    { maxImages: 6 },
    { originals: 'raw' },
    { quality: 101 },
    { linkTtlSeconds: 0 },
    { org: '100737' },
  ])('Capillary refuses the options %j', (own) => {
    expect(check({ ...own })).toBe(false);
  });

  it('Capillary takes every image that can be recognised from its bytes, from 10 KB to 49 MB, five at once, the key in any case', () => {
    expect(capillary.intake(settingWith({}))).toMatchObject({
      formats: READABLE_FORMATS,
      minBytes: 10 * 1024,
      maxBytes: 49 * 1024 * 1024,
      maxFiles: 5,
      slots: 5,
      bodies: ['multipart'],
      field: { name: 'FILE', ignoreCase: true },
      surplus: 'refuse',
      overlap: 'last-writer-wins',
    });
  });

  it('Capillary follows the limits of the settings', () => {
    const intake = capillary.intake(settingWith({ minBytes: 1, maxBytes: 1000, maxImages: 2 }));
    expect(intake).toMatchObject({ minBytes: 1, maxBytes: 1000, maxFiles: 2, slots: 2 });
  });

  it('Capillary hands out clean pictures in their own format and size, or the uploaded bytes where the option says so', () => {
    const clean = capillary.rendition(settingWith({}));
    expect(clean).toMatchObject({ fit: 'inside', enlarge: false, format: 'same', animated: true });
    expect(clean).not.toHaveProperty('box');
    expect(capillary.rendition(settingWith({ originals: 'exact' }))).toBe('original');
  });

  it('Capillary lets addresses live for an hour', () => {
    for (const operation of ['getCustomer', 'getCustomerImage']) {
      expect(capillary.operations[operation]?.links?.(settingWith({}))).toEqual({ ttlSeconds: 3600 });
    }
  });

  it('Capillary looks for a token first, then for till and MD5 of the password', () => {
    expect(capillary.credentials).toEqual([
      { kind: 'issued-token', header: 'x-cap-api-oauth-token' },
      { kind: 'basic', passwordDigest: 'md5-hex' },
    ]);
  });

  it('Capillary puts client, organisation and use into the tokens that it issues', () => {
    expect(capillary.tokenClaims?.(settingWith({}), { key: 'till' })).toEqual({
      client_id: 'till',
      org_id: '100737',
      token_use: 'access',
    });
  });

  it('Capillary asks for a credential everywhere but where tokens are handed out', () => {
    const open = Object.entries(capillary.operations).filter(([, { access }]) => access.kind === 'public');
    expect(open.map(([name]) => name)).toEqual(['generateToken']);
  });
});
