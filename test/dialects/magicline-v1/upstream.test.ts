import { describe, expect, it } from '@jest/globals';
import { renderProblem } from '../../../dialects/magicline-v1/render-problem.ts';
import { upstream } from '../../../dialects/magicline-v1/upstream.ts';
import {
  type Command,
  type CommandOf,
  type Json,
  ProblemError,
  type UpstreamAnswer,
} from '../../../src/domain/index.ts';
import { bodyText, fixtureJson, problemRows } from '../../support/dialects/fixture.ts';
import { aRequestContext } from '../../support/dialects/request-context.ts';
import { anUpload, aSubject } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const subject = aSubject({ aliases: { 'magicline-v1': '1002' } });
const context = { subject, options, aliases: subject.aliases };
const alias = { kind: 'alias', id: '1002' } as const;
const put = (parts: Partial<CommandOf<'put-images'>> = {}): Command => ({
  kind: 'put-images',
  subject: alias,
  images: [{ slot: 0, upload: anUpload() }],
  ...parts,
});
const read: Command = { kind: 'read-subject', subject: alias, images: true };
const check: Command = { kind: 'check-credential' };

describe('requests to a backend', () => {
  it('v1 as a client sends the image as the part image, and loses nothing', () => {
    const upload = anUpload({ fileName: 'ada.jpg' });
    expect(upstream.request(put({ images: [{ slot: 0, upload }] }), context)).toEqual({
      request: {
        method: 'PUT',
        path: '/v1/customers/1002/images',
        headers: { Accept: 'application/json' },
        body: { kind: 'multipart', parts: [{ name: 'image', upload }] },
      },
      losses: [],
    });
  });

  it('v1 as a client says what a customer with one picture cannot hold', () => {
    const images = [0, 1].map((slot) => ({ slot, upload: anUpload() }));
    const { losses } = upstream.request(
      put({ images, notes: { till: '12' }, onlyIf: { kind: 'none' } }),
      context,
    );
    expect(losses.map(({ field, fate }) => [field, fate])).toEqual([
      ['images[1]', 'dropped'],
      ['notes.till', 'dropped'],
      ['onlyIf', 'dropped'],
    ]);
  });

  it('v1 as a client refuses pictures of other slots alone, and customers without a number', () => {
    const elsewhere = put({ images: [{ slot: 3, upload: anUpload() }] });
    expect(() => upstream.request(elsewhere, context)).toThrow(ProblemError);
    expect(() => upstream.request(read, { ...context, aliases: {} })).toThrow(
      new ProblemError({ kind: 'subject-not-found' }),
    );
  });

  it('v1 as a client reads the customer and checks the key', () => {
    const headers = { Accept: 'application/json' };
    const body = { kind: 'none' };
    expect(upstream.request(read, context)).toEqual({
      request: { method: 'GET', path: '/v1/customers/1002', headers, body },
      losses: [],
    });
    expect(upstream.request(check, context).request).toMatchObject({ method: 'HEAD', body });
  });

  it('v1 as a client has no request for a delete', () => {
    const command: Command = { kind: 'delete-images', subject: alias, slots: [0] };
    expect(upstream.supports).toEqual(['put-images', 'read-subject', 'check-credential']);
    expect(() => upstream.request(command, context)).toThrow('no request for delete-images');
  });
});

describe('answers of a backend', () => {
  const understood = (command: Command, answer: UpstreamAnswer) =>
    upstream.answer(command, answer, { options });
  const ok = (json: Json): UpstreamAnswer => ({ status: 200, headers: {}, json });
  const image = { slot: 0, url: 'https://images.example.com/images/d/AQ0Kc2lnbmVk', format: 'jpeg' };

  it('v1 as a client understands its own answers', () => {
    expect(understood(put(), ok(fixtureJson('magicline-v1', 'update.json')))).toEqual({
      kind: 'done',
      profile: {},
      images: [image],
    });
    expect(understood(read, ok(fixtureJson('magicline-v1', 'customer.json')))).toEqual({
      kind: 'done',
      profile: {
        firstName: 'Ada',
        lastName: 'Lovelace',
        email: 'ada.lovelace@example.com',
        phoneNumber: '+441234567890',
        extra: { 'magicline-v1': { status: 'MEMBER', accessRefusal: false } },
      },
      images: [image],
    });
    expect(understood(check, { status: 200, headers: {} })).toMatchObject({ kind: 'done' });
  });

  it('v1 as a client finds no image where the customer has none', () => {
    expect(understood(read, ok({ id: 1002, firstName: 'Ada' }))).toEqual({
      kind: 'done',
      profile: { firstName: 'Ada' },
      images: [],
    });
  });

  /** Kinds that share a status and a code with another, which the way back cannot tell apart. */
  const MERGED: Readonly<Record<string, string>> = {
    'name-taken': 'conflict',
    'person-exists': 'conflict',
    'person-erased': 'subject-not-found',
    'precondition-failed': 'conflict',
    'invalid-person': 'invalid-parameter',
    'image-not-found': 'subject-not-found',
    'body-missing': 'file-missing',
    'length-mismatch': 'body-malformed',
    overloaded: 'upstream-unavailable',
    internal: 'upstream-unavailable',
  };

  it.each(problemRows('magicline-v1'))('v1 as a client understands $problem', ({ problem }) => {
    const rendered = renderProblem(problem, aRequestContext(options));
    const answer: UpstreamAnswer = {
      status: rendered.status,
      headers: Object.fromEntries(
        Object.entries(rendered.headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      json: JSON.parse(bodyText(rendered)) as Json,
    };
    expect(understood(put(), answer)).toMatchObject({
      kind: 'problem',
      problem: { kind: MERGED[problem.kind] ?? problem.kind },
    });
  });

  it('v1 as a client keeps the wait that the backend asks for, and waits a minute where it names none', () => {
    const limited = (headers: Record<string, string>) => understood(read, { status: 429, headers });
    expect(limited({ 'retry-after': '7' })).toMatchObject({ problem: { retryAfterSeconds: 7 } });
    expect(limited({ 'retry-after': 'later' })).toMatchObject({ problem: { retryAfterSeconds: 60 } });
    expect(limited({})).toMatchObject({ problem: { retryAfterSeconds: 60 } });
  });

  it('v1 as a client understands the statuses of a backend that has codes of its own', () => {
    const refused = (status: number): UpstreamAnswer => ({
      status,
      headers: {},
      json: { errorMessage: 'no', errorCode: 'com.vendor.something' },
    });
    expect(understood(put(), refused(400))).toMatchObject({ problem: { kind: 'corrupt-image' } });
    expect(understood(put(), refused(404))).toMatchObject({ problem: { kind: 'subject-not-found' } });
    expect(understood(put(), refused(409))).toMatchObject({ problem: { kind: 'conflict' } });
  });

  it.each<[string, UpstreamAnswer]>([
    ['a success that is no JSON', { status: 200, headers: {}, text: '<html>' }],
    ['a success that is a list', ok([])],
    ['a failure that is no JSON', { status: 502, headers: {}, text: 'Bad Gateway' }],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example' } }],
  ])('v1 as a client takes %s for a backend that is away', (_what, answer) => {
    expect(understood(put(), answer)).toEqual({ kind: 'problem', problem: { kind: 'upstream-unavailable' } });
  });
});
