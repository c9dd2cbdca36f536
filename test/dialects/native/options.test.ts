import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import native from '../../../dialects/native/index.ts';

const check = new Ajv2020({ useDefaults: true }).compile(native.optionsSchema);
const setting = { options: { maxBytes: 1000, quality: 80 }, profile: 'documented' } as const;

describe('options', () => {
  it('the native API fills in the defaults of its options', () => {
    const own = {};
    expect(check(own)).toBe(true);
    expect(own).toEqual({ maxBytes: 20_971_520, quality: 92 });
  });

  it.each([{ maxBytes: 0 }, { quality: 0 }, { side: 100 }])(
    'the native API refuses the options %j',
    (own) => {
      expect(check({ ...own })).toBe(false);
    },
  );

  it('the native API keeps size, format and animation', () => {
    const rendition = native.rendition(setting);
    expect(rendition).toMatchObject({ format: 'same', enlarge: false, animated: true, quality: 80 });
    expect(rendition).not.toHaveProperty('box');
  });

  it('the native API takes one file, raw or in a form, up to the limit', () => {
    expect(native.intake(setting)).toMatchObject({
      maxBytes: 1000,
      maxFiles: 1,
      bodies: ['raw', 'multipart'],
    });
  });
});
