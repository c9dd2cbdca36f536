import { describe, expect, it } from '@jest/globals';
import magicline from '../../../dialects/magicline-v1/index.ts';
import { writeCustomer } from '../../../dialects/magicline-v1/write-customer.ts';
import { writeImageUrl } from '../../../dialects/magicline-v1/write-image-url.ts';
import { ProblemError } from '../../../src/domain/index.ts';
import { bodyText, fixtureText } from '../../support/dialects/fixture.ts';
import { aRequestContext } from '../../support/dialects/request-context.ts';
import { anImageView, aSubject } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const JSON_HEADERS = { 'Content-Type': 'application/json' };
const images = [anImageView({ url: 'https://images.example.com/images/d/AQ0Kc2lnbmVk' })];
const ada = aSubject({
  aliases: { 'magicline-v1': '1002' },
  profile: {
    firstName: 'Ada',
    lastName: 'Lovelace',
    email: 'ada.lovelace@example.com',
    phoneNumber: '+441234567890',
  },
});

describe('answers', () => {
  it('v1 answers an update with the address of the JPEG', () => {
    const answer = writeImageUrl({ kind: 'images-put', subject: ada, images, created: true });
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual(JSON_HEADERS);
    expect(bodyText(answer)).toBe(fixtureText('magicline-v1', 'update.json'));
  });

  it('v1 answers a read with the customer', () => {
    const answer = writeCustomer({ kind: 'subject-read', subject: ada, images });
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual(JSON_HEADERS);
    expect(bodyText(answer)).toBe(fixtureText('magicline-v1', 'customer.json'));
  });

  it('v1 leaves imageUrl out where there is none, and prints an id past 2^53 to its last digit', () => {
    const subject = aSubject({ aliases: { 'magicline-v1': '9223372036854775807' } });
    const answer = writeCustomer({ kind: 'subject-read', subject, images: [] });
    expect(bodyText(answer)).toBe(fixtureText('magicline-v1', 'customer-without-image.json'));
  });

  it('v1 shows slot 0 and no other', () => {
    const [view] = images;
    const other = view && { ...view, image: { ...view.image, slot: 3 } };
    const answer = writeCustomer({ kind: 'subject-read', subject: ada, images: other ? [other] : [] });
    expect(bodyText(answer)).not.toContain('imageUrl');
  });

  it('v1 prints further fields of the directory before the address', () => {
    const profile = { firstName: 'Ada', extra: { 'magicline-v1': { customerNumber: 'M-7' } } };
    const answer = writeCustomer({ kind: 'subject-read', subject: { ...ada, profile }, images });
    expect(Object.keys(JSON.parse(bodyText(answer)) as object)).toEqual([
      'id',
      'firstName',
      'lastName',
      'status',
      'accessRefusal',
      'customerNumber',
      'imageUrl',
    ]);
  });

  it('v1 prints the status and the access block that the directory has, instead of the usual ones', () => {
    const extra = { 'magicline-v1': { status: 'FORMER_MEMBER', accessRefusal: true } };
    const answer = writeCustomer({ kind: 'subject-read', subject: { ...ada, profile: { extra } }, images });
    expect(JSON.parse(bodyText(answer))).toMatchObject({ status: 'FORMER_MEMBER', accessRefusal: true });
  });

  it('v1 knows no person without a number', () => {
    expect(() => writeCustomer({ kind: 'subject-read', subject: aSubject(), images: [] })).toThrow(
      new ProblemError({ kind: 'subject-not-found' }),
    );
  });

  it('v1 says nothing more of a good key', () => {
    const { checkKey } = magicline.operations;
    const answer =
      checkKey?.command === 'check-credential' &&
      checkKey.write({ kind: 'credential-good' }, aRequestContext(options));
    expect(answer).toEqual({ status: 200, headers: {}, body: { kind: 'none' } });
  });
});
