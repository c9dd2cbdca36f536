import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import magicline from '../../../dialects/magicline-v1/index.ts';
import type { MagiclineOptions } from '../../../dialects/magicline-v1/options.ts';
import { aHead, aRequestContext } from '../../support/dialects/request-context.ts';
import { options } from './options.ts';

const check = new Ajv2020({ useDefaults: true }).compile(magicline.optionsSchema);
const setting = { options: { ...options, maxBytes: 1000 }, profile: 'documented' } as const;

describe('options', () => {
  it('v1 fills in the defaults of its options', () => {
    const own = {};
    expect(check(own)).toBe(true);
    expect(own).toEqual(options);
  });

  it.each([
    { maxBytes: 0 },
    { quality: 0 },
    { linkTtlSeconds: 0.5 },
    { sunsetAt: '2027-06-30' },
    { deprecatedSince: 'long ago' },
    { successor: 'https://x.example/>; rel="evil' },
    { size: 1200 },
  ])('v1 refuses the options %j', (own) => {
    expect(check({ ...own })).toBe(false);
  });

  it('v1 takes one JPEG or PNG in the part image, and refuses updates that overlap', () => {
    expect(magicline.intake(setting)).toMatchObject({
      formats: ['jpeg', 'png'],
      maxBytes: 1000,
      maxFiles: 1,
      slots: 1,
      bodies: ['multipart'],
      field: { name: 'image', ignoreCase: false },
      surplus: 'refuse',
      overlap: 'refuse',
    });
  });

  it('v1 gives a JPEG that fits 1200 × 1200, never enlarged, flattened on white', () => {
    expect(magicline.rendition(setting)).toEqual({
      fit: 'inside',
      box: { width: 1200, height: 1200 },
      enlarge: false,
      format: 'jpeg',
      background: '#ffffff',
      quality: 85,
      animated: false,
    });
  });

  it('v1 lets addresses live for 15 minutes, and counts 1,000 requests a minute for each key and endpoint', () => {
    for (const operation of ['updateImage', 'getCustomer']) {
      expect(magicline.operations[operation]?.links?.(setting)).toEqual({ ttlSeconds: 900 });
    }
    expect(magicline.rates).toEqual({ limit: 1000, windowSeconds: 60, per: 'endpoint' });
  });

  it('v1 asks for x-api-key everywhere and for CUSTOMER_WRITE to update', () => {
    expect(magicline.credentials).toEqual([{ kind: 'header-key', header: 'x-api-key' }]);
    expect(
      Object.entries(magicline.operations).map(([name, { access }]) => [name, access.kind, access.scopes]),
    ).toEqual([
      ['updateImage', 'credential', ['CUSTOMER_WRITE']],
      ['getCustomer', 'credential', undefined],
      ['checkKey', 'credential', undefined],
    ]);
  });
});

describe('deprecation', () => {
  const dated: MagiclineOptions = {
    ...options,
    deprecatedSince: '2025-06-30T23:59:59Z',
    sunsetAt: '2027-06-30T23:59:59Z',
    successor: 'https://api.example.com/v2/customers/{customerId}/images',
  };
  const headersOf = (operationId: string, own: MagiclineOptions) =>
    magicline.responseHeaders?.(aRequestContext(own, { request: aHead({ operationId }) }));

  it('deprecation is announced on the update, with the dates and the successor that the settings name', () => {
    expect(check({ ...dated })).toBe(true);
    expect(headersOf('updateImage', dated)).toEqual({
      Deprecation: '@1751327999',
      Sunset: 'Wed, 30 Jun 2027 23:59:59 GMT',
      Link: '<https://api.example.com/v2/customers/{customerId}/images>; rel="successor-version"',
    });
  });

  it('deprecation is announced as far as the settings name it', () => {
    expect(headersOf('updateImage', options)).toEqual({});
    expect(headersOf('updateImage', { ...options, sunsetAt: '2027-01-01T00:00:00Z' })).toEqual({
      Sunset: 'Fri, 01 Jan 2027 00:00:00 GMT',
    });
  });

  it('deprecation is no matter of other operations', () => {
    expect(headersOf('getCustomer', dated)).toEqual({});
    expect(magicline.responseHeaders?.(aRequestContext(dated))).toEqual({});
  });
});
