import { describe, expect, it } from '@jest/globals';
import capillary from '../../../dialects/capillary-v2/index.ts';
import { writeCustomer } from '../../../dialects/capillary-v2/write-customer.ts';
import { writeImageAdd } from '../../../dialects/capillary-v2/write-image-add.ts';
import { writeImageDelete } from '../../../dialects/capillary-v2/write-image-delete.ts';
import { writeToken } from '../../../dialects/capillary-v2/write-token.ts';
import { ProblemError, type SubjectProfile } from '../../../src/domain/index.ts';
import { bodyText, fixtureText } from '../../support/dialects/fixture.ts';
import { aHead, aRequestContext } from '../../support/dialects/request-context.ts';
import { aSubject } from '../../support/dialects/subject.ts';
import { aCustomerImage } from './customer-image.ts';
import { options } from './options.ts';

const JSON_HEADERS = { 'Content-Type': 'application/json; charset=UTF-8' };
const profile = JSON.parse(fixtureText('capillary-v2', 'customer.directory.json')) as SubjectProfile;
const tom = aSubject({ aliases: { 'capillary-v2': '565039505' }, profile });
const embedding = aHead({ query: { embed: ['CUSTOMERIMAGE'], source: ['INSTORE'] } });

describe.each(['documented', 'observed'] as const)('%s: answers', (wireProfile) => {
  const context = aRequestContext(options, { profile: wireProfile, request: embedding });

  it('Capillary answers an add as the vendor page prints it', () => {
    const added = aCustomerImage({
      id: '389fff571ed34bbb96e06a541c8d20d1',
      version: 7,
      writtenAtMs: Date.UTC(2025, 3, 21, 3, 1, 43, 999),
    });
    const answer = writeImageAdd(
      { kind: 'images-put', subject: tom, images: [added], created: false },
      context,
    );
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual(JSON_HEADERS);
    const printed = fixtureText('capillary-v2', 'add.json');
    // The vendor's newer sample counts from 1.
    const expected = wireProfile === 'observed' ? printed.replaceAll('ersion":-1', 'ersion":1') : printed;
    expect(bodyText(answer)).toBe(expected);
  });

  it('Capillary answers a read as the vendor page prints it', () => {
    const image = aCustomerImage({
      id: 'a398281721ca46f6acfa0d1c23d1fe2e',
      bytes: 209_859,
      writtenAtMs: Date.UTC(2025, 3, 30, 12, 25, 56),
      url: 'https://images.example.com/images/d/AQ0Kc2lnbmVk',
    });
    const answer = writeCustomer({ kind: 'subject-read', subject: tom, images: [image] }, context);
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual(JSON_HEADERS);
    expect(bodyText(answer)).toBe(fixtureText('capillary-v2', 'customer.json'));
  });

  it('Capillary prints an empty list where there is no image', () => {
    const answer = writeCustomer({ kind: 'subject-read', subject: tom, images: [] }, context);
    expect(bodyText(answer)).toBe(fixtureText('capillary-v2', 'customer-without-image.json'));
  });

  it('Capillary leaves customerImage out where embed does not ask for it', () => {
    const request = aHead({ query: { source: ['INSTORE'] } });
    const answer = writeCustomer({ kind: 'subject-read', subject: tom, images: [] }, { ...context, request });
    expect(bodyText(answer)).toBe(fixtureText('capillary-v2', 'customer-not-embedded.json'));
  });

  it('Capillary prints what the directory lacks empty in its own type, and an id past 2^53 to its last digit', () => {
    const subject = aSubject({ aliases: { 'capillary-v2': '9223372036854775807' } });
    const answer = writeCustomer({ kind: 'subject-read', subject, images: [] }, context);
    expect(bodyText(answer)).toBe(fixtureText('capillary-v2', 'customer-unknown-person.json'));
  });

  it('Capillary answers a delete with one element for each index', () => {
    const answer = writeImageDelete({ kind: 'images-deleted', subject: tom, slots: [0, 2] });
    expect(answer.headers).toEqual(JSON_HEADERS);
    expect(bodyText(answer)).toBe(fixtureText('capillary-v2', 'delete.json'));
  });

  it('Capillary answers a token request', () => {
    const accessToken = 'eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl';
    const answer = writeToken({ kind: 'token-issued', accessToken, ttlSeconds: 300 });
    expect(answer.headers).toEqual(JSON_HEADERS);
    expect(bodyText(answer)).toBe(fixtureText('capillary-v2', 'token.json'));
  });
});

describe('files', () => {
  const context = aRequestContext(options, { request: embedding });
  const url = 'https://images.example.com/images/d/AQ0Kc2lnbmVk';

  it('files are named by organisation, customer and slot, and counted from 1 on a read', () => {
    const images = [aCustomerImage({ url }), aCustomerImage({ slot: 3, version: 12, url })];
    const answer = writeCustomer(
      { kind: 'subject-read', subject: tom, images },
      { ...context, options: { ...options, orgId: '200000' } },
    );
    expect(JSON.parse(bodyText(answer)).customerImage).toMatchObject([
      { file: { name: '200000/565039505/0', version: 1, latestVersion: 1 } },
      { file: { name: '200000/565039505/3', version: 12, latestVersion: 12 } },
    ]);
  });

  it('files have the size of what was uploaded, not of what a download gives', () => {
    const view = aCustomerImage({ bytes: 209_859, url });
    const rendered = { ...view, picture: { ...view.picture, bytes: 12 } };
    const answer = writeCustomer({ kind: 'subject-read', subject: tom, images: [rendered] }, context);
    expect(JSON.parse(bodyText(answer)).customerImage[0].file.fileSize).toBe('209859');
  });

  it('files carry the directory mobile number as the vendor prints it, without a plus', () => {
    const subject = aSubject({
      aliases: { 'capillary-v2': '565039506' },
      profile: { email: 'ada@example.com', phoneNumber: '+441234567890' },
    });
    const answer = writeCustomer({ kind: 'subject-read', subject, images: [] }, context);
    expect(JSON.parse(bodyText(answer)).profiles[0].identifiers).toEqual([
      { type: 'email', value: 'ada@example.com' },
      { type: 'mobile', value: '441234567890' },
    ]);
  });
});

describe('customers', () => {
  it('a person without a number is not found as a customer', () => {
    const nobody = aSubject();
    const put = { kind: 'images-put', subject: nobody, images: [], created: true } as const;
    const read = { kind: 'subject-read', subject: nobody, images: [] } as const;
    const notFound = new ProblemError({ kind: 'subject-not-found' });
    expect(() => writeImageAdd(put, aRequestContext(options))).toThrow(notFound);
    expect(() => writeCustomer(read, aRequestContext(options))).toThrow(notFound);
  });

  it('every answer has the request id in two headers', () => {
    const requestId = '0123456789abcdef0123456789abcdef';
    expect(capillary.responseHeaders?.(aRequestContext(options, { requestId }))).toEqual({
      'X-CAP-REQUEST-ID': requestId,
      'X-Cap-RequestID': requestId,
    });
  });
});
