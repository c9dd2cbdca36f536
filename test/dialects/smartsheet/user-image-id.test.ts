import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseUserImageId, userImageId } from '../../../dialects/smartsheet/user-image-id.ts';

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...Array.from('0123456789abcdef')), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''));

describe('imageId', () => {
  it('imageId has the vendor form and leads back to subject and image', () => {
    fc.assert(
      fc.property(hex(32), hex(32), (key, id) => {
        const imageId = userImageId({ key }, { id });
        expect(imageId).toMatch(/^u!1!([A-Za-z0-9_-]{11}!){2}[A-Za-z0-9_-]{11}$/);
        expect(parseUserImageId(imageId)).toEqual({ subjectKey: key, imageIdPrefix: id.slice(0, 16) });
      }),
    );
  });

  it('imageId differs for two images and for two subjects', () => {
    fc.assert(
      fc.property(hex(32), hex(32), hex(32), (a, b, c) => {
        fc.pre(a !== b && a.slice(0, 16) !== b.slice(0, 16));
        expect(userImageId({ key: c }, { id: a })).not.toBe(userImageId({ key: c }, { id: b }));
        expect(userImageId({ key: a }, { id: c })).not.toBe(userImageId({ key: b }, { id: c }));
      }),
    );
  });

  it('imageId is read in one spelling only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const address = parseUserImageId(text);
        expect(
          address === undefined ||
            userImageId({ key: address.subjectKey }, { id: address.imageIdPrefix }) === text,
        ).toBe(true);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['the vendor sample, whose last group is no eight bytes', 'u!1!nAtdn5RJB_o!k6_e_3h2R3w!wmYXPek-yVD'],
    ['another version', 'u!2!nAtdn5RJB_o!k6_e_3h2R3w!wmYXPek-yVA'],
    ['a group too few', 'u!1!nAtdn5RJB_o!k6_e_3h2R3w'],
    ['a line end behind it', 'u!1!nAtdn5RJB_o!k6_e_3h2R3w!wmYXPek-yVA\n'],
    ['a cell image', 'jpbGklqdfZuL4Jw-kZhdZA'],
  ])('imageId does not read %s', (_what, imageId) => {
    expect(parseUserImageId(imageId)).toBeUndefined();
  });
});
