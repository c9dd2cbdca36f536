import { describe, expect, it } from '@jest/globals';
import { renderProblem } from '../../../dialects/capillary-v2/render-problem.ts';
import { upstream } from '../../../dialects/capillary-v2/upstream.ts';
import {
  type Command,
  type CommandOf,
  type Json,
  ProblemError,
  type UpstreamAnswer,
} from '../../../src/domain/index.ts';
import { bodyText, fixtureJson, problemRows } from '../../support/dialects/fixture.ts';
import { aHead, aRequestContext } from '../../support/dialects/request-context.ts';
import { anUpload, aSubject } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const subject = aSubject({ aliases: { 'capillary-v2': '565039505' } });
const context = { subject, options, aliases: subject.aliases };
const alias = { kind: 'alias', id: '565039505' } as const;
const read: Command = { kind: 'read-subject', subject: alias, images: true };

function putInto(slots: readonly number[], parts: Partial<CommandOf<'put-images'>> = {}): Command {
  const images = slots.map((slot) => ({ slot, upload: anUpload({ fileName: `${slot}.jpg` }) }));
  return { kind: 'put-images', subject: alias, images, ...parts };
}

function ok(json: Json): UpstreamAnswer {
  return { status: 200, headers: {}, json };
}

describe('requests to a backend', () => {
  it('Capillary as a client sends the files in order of their slots, with the attribution, and loses nothing', () => {
    const upload = anUpload({ fileName: 'tom.jpg' });
    const notes = { attributionType: 'TILL', attributionCode: 'neeraj.doc' };
    expect(upstream.request(putInto([], { images: [{ slot: 0, upload }], notes }), context)).toEqual({
      request: {
        method: 'POST',
        path: '/v2/customers/565039505/setImage',
        headers: {
          Accept: 'application/json',
          'X-CAP-API-ATTRIBUTION-ENTITY-TYPE': 'TILL',
          'X-CAP-API-ATTRIBUTION-ENTITY-CODE': 'neeraj.doc',
        },
        body: { kind: 'multipart', parts: [{ name: 'file', upload }] },
      },
      losses: [],
    });
    const { request } = upstream.request(putInto([2, 0, 1]), context);
    expect(request.body).toMatchObject({
      parts: [0, 1, 2].map((slot) => ({ upload: { fileName: `${slot}.jpg` } })),
    });
  });

  it('Capillary as a client says what cannot be said: images behind a gap, other notes, conditions', () => {
    const { request, losses } = upstream.request(
      putInto([0, 2, 3], { notes: { till: '12' }, onlyIf: { kind: 'any' } }),
      context,
    );
    expect(request.body).toMatchObject({ parts: [{ upload: { fileName: '0.jpg' } }] });
    expect(losses.map(({ field, fate }) => [field, fate])).toEqual([
      ['images[2]', 'dropped'],
      ['images[3]', 'dropped'],
      ['notes.till', 'dropped'],
      ['onlyIf', 'dropped'],
    ]);
  });

  it('Capillary as a client refuses images that do not begin with the first, and subjects without a number', () => {
    expect(() => upstream.request(putInto([1]), context)).toThrow(ProblemError);
    expect(() => upstream.request(read, { ...context, aliases: {} })).toThrow(
      new ProblemError({ kind: 'subject-not-found' }),
    );
  });

  it('Capillary as a client reads the customer where the service really has it', () => {
    expect(upstream.request(read, context)).toEqual({
      request: {
        method: 'GET',
        path: '/v2/customers/565039505?embed=CUSTOMERIMAGE&source=INSTORE',
        headers: { Accept: 'application/json' },
        body: { kind: 'none' },
      },
      losses: [],
    });
  });

  it('Capillary as a client deletes by index', () => {
    const command: Command = { kind: 'delete-images', subject: alias, slots: [0, 4] };
    expect(upstream.request(command, context).request).toMatchObject({
      method: 'DELETE',
      path: '/v2/customers/565039505/deleteImage?image_ids=0,4',
    });
  });

  it('Capillary as a client has requests for exactly the commands that it says it supports', () => {
    const unsupported: Command = { kind: 'locate-images', requests: [] };
    expect(upstream.supports).toEqual(['put-images', 'read-subject', 'delete-images']);
    expect(() => upstream.request(unsupported, context)).toThrow('no request for locate-images');
  });
});

describe('answers of a backend', () => {
  it('Capillary as a client understands the vendor sample of an add', () => {
    expect(upstream.answer(putInto([0]), ok(fixtureJson('capillary-v2', 'add.json')), { options })).toEqual({
      kind: 'done',
      profile: {},
      images: [{ slot: 0, bytes: 18_039 }],
    });
  });

  it('Capillary as a client understands the vendor sample of a read', () => {
    expect(upstream.answer(read, ok(fixtureJson('capillary-v2', 'customer.json')), { options })).toEqual({
      kind: 'done',
      profile: { firstName: 'Tom', lastName: 'Sawyer' },
      images: [
        { slot: 0, url: 'https://images.example.com/images/d/AQ0Kc2lnbmVk', bytes: 209_859, version: 1 },
      ],
    });
  });

  it.each(['customer-without-image.json', 'customer-not-embedded.json'])(
    'Capillary as a client finds no image in %s',
    (name) => {
      expect(upstream.answer(read, ok(fixtureJson('capillary-v2', name)), { options })).toMatchObject({
        kind: 'done',
        images: [],
      });
    },
  );

  it('Capillary as a client takes a success with errors for the failure that it is', () => {
    const json = { data: [], warnings: [], errors: [{ status: false, code: 8083, message: '' }] };
    expect(upstream.answer(putInto([0]), ok(json), { options })).toEqual({
      kind: 'problem',
      problem: { kind: 'file-too-small', limitBytes: 10_240, bytes: 0 },
    });
  });

  it.each<[string, UpstreamAnswer]>([
    ['an unknown code', ok({ errors: [{ status: false, code: 9999, message: '' }] })],
    ['an error without a code', ok({ errors: [{}] })],
    ['a failure that is no JSON', { status: 502, headers: {}, text: 'Bad Gateway' }],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example' } }],
    ['a success that is no JSON', { status: 200, headers: {}, text: '<html>' }],
  ])('Capillary as a client takes %s for a backend that is away', (_what, answer) => {
    expect(upstream.answer(read, answer, { options })).toEqual({
      kind: 'problem',
      problem: { kind: 'upstream-unavailable' },
    });
  });

  /** Kinds that share a code with another, which the way back cannot tell apart. */
  const MERGED: Readonly<Record<string, string>> = {
    'name-taken': 'conflict',
    'person-exists': 'conflict',
    'person-erased': 'subject-not-found',
    'precondition-failed': 'conflict',
    'invalid-person': 'invalid-parameter',
    'body-missing': 'file-missing',
    'length-mismatch': 'body-malformed',
    'unsupported-format': 'corrupt-image',
    'image-too-complex': 'corrupt-image',
    overloaded: 'upstream-unavailable',
    internal: 'upstream-unavailable',
  };

  describe.each(['documented', 'observed'] as const)('%s', (profile) => {
    const context = aRequestContext(options, {
      profile,
      request: aHead({ operationId: 'addCustomerImage' }),
    });

    it.each(problemRows('capillary-v2'))('Capillary as a client understands $problem', ({ problem }) => {
      const { status, headers, ...rendered } = renderProblem(problem, context);
      const answer: UpstreamAnswer = {
        status,
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
        ),
        json: JSON.parse(bodyText({ status, headers, ...rendered })),
      };
      // With HTTP 200 nothing but the code 8079 is left of a file that is too large.
      const merged =
        status === 200 && problem.kind === 'file-too-large' ? 'body-malformed' : MERGED[problem.kind];
      expect(upstream.answer(putInto([0]), answer, { options })).toMatchObject({
        kind: 'problem',
        problem: { kind: merged ?? problem.kind },
      });
    });
  });
});
