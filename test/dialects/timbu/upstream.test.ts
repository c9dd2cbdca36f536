import { describe, expect, it } from '@jest/globals';
import { renderProblem } from '../../../dialects/timbu/render-problem.ts';
import { upstream } from '../../../dialects/timbu/upstream.ts';
import { type Command, type Json, ProblemError, type UpstreamAnswer } from '../../../src/domain/index.ts';
import { bodyText, fixtureJson, problemRows } from '../../support/dialects/fixture.ts';
import { aRequestContext } from '../../support/dialects/request-context.ts';
import { anUpload, aSubject } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const subject = aSubject({ aliases: { timbu: 'user123' } });
const context = { subject, options, aliases: subject.aliases };
const put = (parts: Partial<Extract<Command, { kind: 'put-images' }>> = {}): Command => ({
  kind: 'put-images',
  subject: { kind: 'caller' },
  images: [{ slot: 0, upload: anUpload() }],
  ...parts,
});
const read: Command = { kind: 'read-subject', subject: { kind: 'caller' }, images: true };

describe('requests to a backend', () => {
  it('Timbu as a client sends the image as the part file, and loses nothing where the bearer is meant', () => {
    const upload = anUpload({ fileName: 'ada.png' });
    expect(upstream.request(put({ images: [{ slot: 0, upload }] }), context)).toEqual({
      request: {
        method: 'PATCH',
        path: '/users/image/upload',
        headers: { Accept: 'application/json' },
        body: { kind: 'multipart', parts: [{ name: 'file', upload }] },
      },
      losses: [],
    });
  });

  it('Timbu as a client says what cannot be said: whom, which slots, notes and conditions', () => {
    const { losses } = upstream.request(
      put({
        subject: { kind: 'alias', id: '1002' },
        images: [0, 4].map((slot) => ({ slot, upload: anUpload() })),
        notes: { till: '12' },
        onlyIf: { kind: 'any' },
      }),
      context,
    );
    expect(losses.map(({ field, fate }) => [field, fate])).toEqual([
      ['subject', 'synthesised'],
      ['images[4]', 'dropped'],
      ['notes.till', 'dropped'],
      ['onlyIf', 'dropped'],
    ]);
  });

  it('Timbu as a client refuses pictures of other slots alone', () => {
    const elsewhere = put({ images: [{ slot: 3, upload: anUpload() }] });
    expect(() => upstream.request(elsewhere, context)).toThrow(ProblemError);
  });

  it('Timbu as a client reads the bearer', () => {
    expect(upstream.request(read, context)).toEqual({
      request: {
        method: 'GET',
        path: '/users/me',
        headers: { Accept: 'application/json' },
        body: { kind: 'none' },
      },
      losses: [],
    });
  });
});

/** Only reads print it. */
const NIGERIA = { extra: { timbu: { phone_country_code: '+234' } } };

describe('answers of a backend', () => {
  const understood = (json: Json) => upstream.answer(read, { status: 200, headers: {}, json }, { options });

  it.each([
    ['upload.documented.json', 'https://path/to/updated/image', {}],
    ['user.documented.json', 'https://path/to/updated/image', NIGERIA],
    ['upload.observed.json', '/images/profileImages/AQ0Kc2lnbmVk.jpg', {}],
    ['user.observed.json', '/images/profileImages/AQ0Kc2lnbmVk.jpg', NIGERIA],
  ])('Timbu as a client understands %s', (name, url, extra) => {
    expect(understood(fixtureJson('timbu', name))).toEqual({
      kind: 'done',
      profile: {
        firstName: 'John',
        lastName: 'Doe',
        email: 'user@example.com',
        phoneNumber: '+1234567890',
        ...extra,
      },
      images: [{ slot: 0, url }],
    });
  });

  it('Timbu as a client finds the image of released versions of the server, which call its address otherwise', () => {
    const image = '/files/image/profileImages/me.jpg';
    expect(understood({ id: 'user123', image })).toEqual({
      kind: 'done',
      profile: {},
      images: [{ slot: 0, url: image }],
    });
  });

  it.each<Json>([null, ''])('Timbu as a client finds no image where its address is %j', (image_url) => {
    expect(understood({ id: 'user123', image_url })).toEqual({ kind: 'done', profile: {}, images: [] });
  });

  /** Kinds that share a status with another, which the way back cannot tell apart. */
  const MERGED: Readonly<Record<string, string>> = {
    'name-taken': 'conflict',
    'person-exists': 'conflict',
    'person-erased': 'subject-not-found',
    'precondition-failed': 'conflict',
    'invalid-person': 'upstream-unavailable',
    'body-missing': 'file-missing',
    'length-mismatch': 'body-malformed',
    'unsupported-format': 'corrupt-image',
    'image-too-complex': 'corrupt-image',
    'file-too-small': 'corrupt-image',
    'too-many-files': 'corrupt-image',
    'route-not-found': 'subject-not-found',
    'invalid-parameter': 'upstream-unavailable',
    overloaded: 'upstream-unavailable',
  };

  describe.each(['documented', 'observed'] as const)('%s', (profile) => {
    it.each(problemRows('timbu'))('Timbu as a client understands $problem', ({ problem }) => {
      const rendered = renderProblem(problem, aRequestContext(options, { profile }));
      const text = bodyText(rendered);
      const answer: UpstreamAnswer = {
        status: rendered.status,
        headers: {},
        ...(rendered.body.kind === 'json' ? { json: JSON.parse(text) as Json } : { text }),
      };
      expect(upstream.answer(put(), answer, { options })).toMatchObject({
        kind: 'problem',
        problem: { kind: MERGED[problem.kind] ?? problem.kind },
      });
    });
  });

  it.each<[string, UpstreamAnswer]>([
    ['a success without a user', { status: 200, headers: {}, json: {} }],
    ['a success that is no JSON', { status: 200, headers: {}, text: '<html>' }],
    ['a failure that is no JSON', { status: 502, headers: {}, text: 'Bad Gateway' }],
  ])('Timbu as a client takes %s for a backend that is away', (_what, answer) => {
    expect(upstream.answer(put(), answer, { options })).toEqual({
      kind: 'problem',
      problem: { kind: 'upstream-unavailable' },
    });
  });
});
