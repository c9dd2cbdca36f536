import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import timbu from '../../../dialects/timbu/index.ts';
import { pictureName, ticketIn } from '../../../dialects/timbu/picture-name.ts';
import { ProblemError } from '../../../src/domain/index.ts';
import { aHead, aRequest, aRequestContext } from '../../support/dialects/request-context.ts';
import { anImageView, anUpload } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const { uploadUserImage, getCurrentUser, getProfileImage } = timbu.operations;
const documented = aRequestContext(options);
const observed = aRequestContext(options, { profile: 'observed' });

describe('commands', () => {
  it('Timbu puts the file of the bearer into slot 0, the last of several', () => {
    const [first, last] = [
      anUpload({ fieldName: 'file' }),
      anUpload({ fieldName: 'file', fileName: 'b.png' }),
    ];
    const request = aRequest({ uploads: [first, last] });
    expect(uploadUserImage?.subject?.(request, documented)).toEqual({ kind: 'caller' });
    expect(uploadUserImage?.read(request, documented)).toEqual({
      kind: 'put-images',
      subject: { kind: 'caller' },
      images: [{ slot: 0, upload: last }],
    });
  });

  it('Timbu misses the file where there is none', () => {
    expect(() => uploadUserImage?.read(aRequest(), documented)).toThrow(
      new ProblemError({ kind: 'file-missing', field: 'file' }),
    );
  });

  it('Timbu reads the bearer with the picture', () => {
    expect(getCurrentUser?.read(aRequest(), documented)).toEqual({
      kind: 'read-subject',
      subject: { kind: 'caller' },
      images: true,
    });
  });
});

describe('picture names', () => {
  it('picture names lead back to a ticket of any form', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_.-]+$/), (ticket) => {
        const name = pictureName({ picture: anImageView({}).picture, ticket });
        expect(ticketIn(name)).toBe(ticket);
        expect(getProfileImage?.read(aRequest({ params: { name } }), observed)).toEqual({
          kind: 'open-download',
          ticket,
        });
      }),
    );
  });

  it.each(['', 'AQ0K', '.jpg', 'AQ0K.exe', 'AQ0K.', 'AQ0K.jpg.'])('picture names are never %j', (name) => {
    expect(() => getProfileImage?.read(aRequest({ params: { name } }), observed)).toThrow(
      new ProblemError({ kind: 'image-not-found' }),
    );
  });

  it('picture names lead nowhere in the documented profile', () => {
    expect(() => getProfileImage?.read(aRequest({ params: { name: 'AQ0K.jpg' } }), documented)).toThrow(
      new ProblemError({ kind: 'image-not-found' }),
    );
  });
});

describe('trailing slash', () => {
  const redirected = (path: string, query: Record<string, readonly string[]> = {}) =>
    timbu.redirect?.(aHead({ path, query }), observed);

  it.each([
    ['/users/me/', '/users/me'],
    ['/users/image/upload/', '/users/image/upload'],
    ['/users/image/upload//', '/users/image/upload'],
    ['/images/profileImages/AQ0K.jpg/', '/images/profileImages/AQ0K.jpg'],
  ])('the observed profile sends %s to %s', (path, location) => {
    expect(redirected(path)).toEqual({
      status: 307,
      headers: { Location: `https://images.example.com${location}` },
      body: { kind: 'none' },
    });
  });

  it('a trailing slash takes the query along', () => {
    expect(redirected('/users/me/', { a: ['1', '2 3'] })?.headers).toEqual({
      Location: 'https://images.example.com/users/me?a=1&a=2+3',
    });
  });

  it.each([
    '/',
    '//',
    '/users/me',
    '//evil.example/',
    '/elsewhere/',
    '//evil.example/users/me/',
    '/images/profileImages/',
  ])('a trailing slash leaves %s alone', (path) => {
    expect(redirected(path)).toBeUndefined();
  });

  it('a trailing slash means nothing in the documented profile', () => {
    expect(timbu.redirect?.(aHead({ path: '/users/me/' }), documented)).toBeUndefined();
  });
});
