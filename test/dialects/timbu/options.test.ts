import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import timbu from '../../../dialects/timbu/index.ts';
import { options } from './options.ts';

const check = new Ajv2020({ useDefaults: true }).compile(timbu.optionsSchema);
const setting = { options: { ...options, maxSide: 640, maxBytes: 1000 }, profile: 'documented' } as const;

describe('options', () => {
  it('Timbu fills in the defaults of its options', () => {
    const own = {};
    expect(check(own)).toBe(true);
    expect(own).toEqual(options);
  });

  it.each([{ maxBytes: 0 }, { maxSide: 8 }, { maxSide: 10_000 }, { linkTtlSeconds: 0 }, { bucket: 'x' }])(
    'Timbu refuses the options %j',
    (own) => {
      expect(check({ ...own })).toBe(false);
    },
  );

  it('Timbu keeps format and animation, inside the largest side', () => {
    expect(timbu.rendition(setting)).toMatchObject({
      fit: 'inside',
      box: { width: 640, height: 640 },
      enlarge: false,
      format: 'same',
      animated: true,
    });
  });

  it('Timbu takes the last part named file, of five formats', () => {
    expect(timbu.intake(setting)).toMatchObject({
      formats: ['jpeg', 'png', 'gif', 'webp', 'avif', 'heic'],
      maxBytes: 1000,
      bodies: ['multipart'],
      field: { name: 'file', ignoreCase: false },
      surplus: 'last-wins',
    });
  });

  it('Timbu finds the user in the token', () => {
    expect(timbu.credentials).toEqual([{ kind: 'bearer', subjectClaim: 'user_id' }]);
  });

  it('Timbu lets picture addresses live as long as the option says', () => {
    expect(timbu.operations.uploadUserImage?.links?.(setting)).toEqual({ ttlSeconds: 604_800 });
    expect(timbu.operations.getCurrentUser?.links?.(setting)).toEqual({ ttlSeconds: 604_800 });
  });
});
