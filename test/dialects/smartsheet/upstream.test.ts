import { describe, expect, it } from '@jest/globals';
import { renderProblem } from '../../../dialects/smartsheet/render-problem.ts';
import { upstream } from '../../../dialects/smartsheet/upstream.ts';
import { writeUpdatedUser } from '../../../dialects/smartsheet/write-user.ts';
import {
  type Command,
  type Json,
  type Loss,
  ProblemError,
  type UpstreamAnswer,
  type WireResponse,
} from '../../../src/domain/index.ts';
import { bodyText, fixtureJson, problemRows } from '../../support/dialects/fixture.ts';
import { aRequestContext } from '../../support/dialects/request-context.ts';
import { anImageView, anUpload, aSubject } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const subject = aSubject({ aliases: { smartsheet: '48569348493401200' }, profile: { firstName: 'Jane' } });
const context = { subject, options, aliases: subject.aliases };
const put = (parts: Partial<Extract<Command, { kind: 'put-images' }>> = {}): Command => ({
  kind: 'put-images',
  subject: { kind: 'alias', id: '48569348493401200' },
  images: [{ slot: 0, upload: anUpload() }],
  ...parts,
});
const read: Command = { kind: 'read-subject', subject: { kind: 'caller' }, images: true };

function upstreamAnswer(answer: WireResponse): UpstreamAnswer {
  return {
    status: answer.status,
    headers: Object.fromEntries(Object.entries(answer.headers).map(([name, v]) => [name.toLowerCase(), v])),
    json: JSON.parse(bodyText(answer)) as Json,
  };
}

describe('requests to a backend', () => {
  it('Smartsheet as a client sends the image raw, its name URL-encoded, and loses nothing', () => {
    const upload = anUpload({ fileName: 'Jané "x".png', declaredType: 'image/png' });
    expect(upstream.request(put({ images: [{ slot: 0, upload }] }), context)).toEqual({
      request: {
        method: 'POST',
        path: '/2.0/users/48569348493401200/profileimage',
        headers: {
          Accept: 'application/json',
          'Content-Disposition': 'attachment; filename="Jan%C3%A9%20%22x%22.png"',
        },
        body: { kind: 'raw', upload, contentType: 'image/png' },
      },
      losses: [],
    });
  });

  it('Smartsheet as a client never passes on a declared type that is no picture', () => {
    const { request } = upstream.request(
      put({ images: [{ slot: 0, upload: anUpload({ declaredType: 'application/json' }) }] }),
      context,
    );
    expect(request.body).toMatchObject({ contentType: 'application/octet-stream' });
  });

  it('Smartsheet as a client says what a user with one picture cannot hold', () => {
    const images = [0, 1].map((slot) => ({ slot, upload: anUpload() }));
    const { losses } = upstream.request(
      put({ images, notes: { till: '12' }, onlyIf: { kind: 'none' } }),
      context,
    );
    expect(losses.map(({ field, fate }: Loss) => [field, fate])).toEqual([
      ['images[1]', 'dropped'],
      ['notes.till', 'dropped'],
      ['onlyIf', 'dropped'],
    ]);
  });

  it('Smartsheet as a client refuses pictures of other slots alone, and users without a number', () => {
    const elsewhere = put({ images: [{ slot: 3, upload: anUpload() }] });
    expect(() => upstream.request(elsewhere, context)).toThrow(ProblemError);
    expect(() => upstream.request(read, { ...context, aliases: {} })).toThrow(ProblemError);
  });

  it('Smartsheet as a client reads the user, and asks for addresses by the imageIds as the client spelled them', () => {
    expect(upstream.request(read, context).request).toMatchObject({
      method: 'GET',
      path: '/2.0/users/48569348493401200',
    });
    const locate: Command = {
      kind: 'locate-images',
      requests: [{ label: 'u!1!a', subject: { kind: 'key', key: '' }, imageIdPrefix: '', height: 40 }],
    };
    expect(upstream.request(locate, context).request).toMatchObject({
      method: 'POST',
      path: '/2.0/imageurls',
      body: { kind: 'json', value: [{ imageId: 'u!1!a', height: 40 }] },
    });
  });
});

describe('answers of a backend', () => {
  it.each(['documented', 'observed'] as const)(
    '%s: Smartsheet as a client understands its own answer to an upload',
    (profile) => {
      const answer = writeUpdatedUser(
        { kind: 'images-put', subject, images: [anImageView({})], created: true },
        aRequestContext(options, { profile }),
      );
      expect(upstream.answer(put(), upstreamAnswer(answer), { options })).toEqual({
        kind: 'done',
        profile: { firstName: 'Jane' },
        images: [
          {
            slot: 0,
            width: 1050,
            height: 1050,
            locate: {
              method: 'POST',
              path: '/2.0/imageurls',
              headers: { Accept: 'application/json' },
              body: { kind: 'json', value: [{ imageId: 'u!1!nAtdn5RJB_o!k6_e_3h2R3w!wmYXPek-yVA' }] },
            },
          },
        ],
      });
    },
  );

  it('Smartsheet as a client finds no image in a user without one', () => {
    const json = fixtureJson('smartsheet', 'user-without-image.json');
    expect(upstream.answer(read, { status: 200, headers: {}, json }, { options })).toMatchObject({
      kind: 'done',
      images: [],
    });
  });

  it('Smartsheet as a client reads addresses in their order', () => {
    const json = fixtureJson('smartsheet', 'image-urls.json');
    const locate: Command = { kind: 'locate-images', requests: [] };
    expect(upstream.answer(locate, { status: 200, headers: {}, json }, { options })).toEqual({
      kind: 'located',
      urls: ['https://images.example.com/images/d/AQ0Kc2lnbmVk', undefined, undefined],
    });
  });

  /** Kinds that share a code with another, which the way back cannot tell apart. */
  const MERGED: Readonly<Record<string, string>> = {
    'name-taken': 'corrupt-image',
    'person-exists': 'corrupt-image',
    'person-erased': 'subject-not-found',
    'precondition-failed': 'conflict',
    'invalid-person': 'corrupt-image',
    'route-not-found': 'image-not-found',
    'file-too-small': 'corrupt-image',
    'image-too-complex': 'corrupt-image',
    overloaded: 'upstream-unavailable',
    'request-timeout': 'upstream-timeout',
  };

  it.each(problemRows('smartsheet'))('Smartsheet as a client understands $problem', ({ problem }) => {
    const answer = upstreamAnswer(renderProblem(problem, aRequestContext(options)));
    expect(upstream.answer(put(), answer, { options })).toMatchObject({
      kind: 'problem',
      problem: { kind: MERGED[problem.kind] ?? problem.kind },
    });
  });

  it.each<[string, UpstreamAnswer]>([
    [
      'a success without a user',
      { status: 200, headers: {}, json: { message: 'SUCCESS', resultCode: 0, data: [] } },
    ],
    ['a success that is no JSON', { status: 200, headers: {}, text: '<html>' }],
    ['a failure that is no JSON', { status: 502, headers: {}, text: 'Bad Gateway' }],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example' } }],
  ])('Smartsheet as a client takes %s for a backend that is away', (_what, answer) => {
    expect(upstream.answer(put(), answer, { options })).toEqual({
      kind: 'problem',
      problem: { kind: 'upstream-unavailable' },
    });
  });
});
