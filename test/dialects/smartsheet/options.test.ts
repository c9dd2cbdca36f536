import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import smartsheet from '../../../dialects/smartsheet/index.ts';
import type { SmartsheetOptions } from '../../../dialects/smartsheet/options.ts';
import { options } from './options.ts';

const check = new Ajv2020({ useDefaults: true }).compile(smartsheet.optionsSchema);

describe('options', () => {
  it('Smartsheet fills in the defaults of its options', () => {
    const own = {};
    expect(check(own)).toBe(true);
    expect(own).toEqual(options);
  });

  it.each([
    { background: 'white' },
    { background: '#fff' },
    { customSize: 0 },
    { customSize: 100_000 },
    { maxBytes: 0 },
    { linkTtlSeconds: 0 },
    { quality: 101 },
    { custom_size: 500 },
  ])('Smartsheet refuses the options %j', (own) => {
    expect(check({ ...own })).toBe(false);
  });
});

describe('what the options and the profile decide', () => {
  const rendition = (own: Partial<SmartsheetOptions>, profile: 'documented' | 'observed' = 'documented') =>
    smartsheet.rendition({ options: { ...options, ...own }, profile });

  it('Smartsheet scales down to 1050 and pads with white', () => {
    expect(rendition({})).toEqual({
      fit: 'pad',
      box: { width: 1050, height: 1050 },
      enlarge: false,
      format: 'jpeg-unless-transparent',
      background: '#ffffff',
      quality: 90,
      animated: false,
    });
  });

  it('Smartsheet lets a custom size and a colour replace both', () => {
    expect(rendition({ customSize: 400, background: '#102030' })).toMatchObject({
      box: { width: 400, height: 400 },
      background: '#102030',
    });
  });

  it('Smartsheet enlarges smaller images in the observed profile alone', () => {
    expect(rendition({}, 'observed')).toMatchObject({ enlarge: true });
  });

  it('Smartsheet accepts GIF, JPEG and PNG, raw or as the one file of a form, up to the byte limit', () => {
    expect(
      smartsheet.intake({ options: { ...options, maxBytes: 1000 }, profile: 'documented' }),
    ).toMatchObject({
      formats: ['gif', 'jpeg', 'png'],
      maxBytes: 1000,
      maxFiles: 1,
      bodies: ['raw', 'multipart'],
      field: 'any',
      surplus: 'refuse',
    });
  });

  it('Smartsheet counts an upload as ten of the 300 calls a minute', () => {
    expect(smartsheet.rates).toEqual({
      limit: 300,
      windowSeconds: 60,
      per: 'credential',
      weights: { updateUserProfileImage: 10 },
    });
  });
});
