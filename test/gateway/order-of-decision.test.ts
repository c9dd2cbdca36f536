import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { converse } from '../raw/raw-client.ts';
import { type RunningGateway, startGateway } from './support/start-gateway.ts';

let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startGateway({ settings: { validateResponses: 'enforce' } });
});
afterAll(() => gateway.stop());

const PICTURES = '/plain/v1/people/ada/pictures';

async function ask(method: string, target: string, headers: string[] = [], body = '') {
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: x', ...headers, `Content-Length: ${body.length}`];
  const answer = await converse(gateway.port, {
    send: [`${lines.join('\r\n')}\r\n\r\n${body}`],
    bodiless: method === 'HEAD',
  });
  const text = answer.body.toString();
  return [answer.status, text === '' ? '' : (JSON.parse(text) as unknown), answer.headers] as const;
}

const WRITER = 'X-Plain-Key: plain-writer-key';
const READER = 'X-Plain-Key: plain-reader-key';

describe('a request with everything wrong', () => {
  it.each([
    ['an unknown path before all else', 'PUT', '/plain/v1/nothing?%zz', [], { plain: 'route-not-found' }],
    ['a wrong method before the credential', 'POST', PICTURES, [], { plain: 'method-not-allowed' }],
    [
      'the credential before the scope',
      'PUT',
      `${PICTURES}?%zz`,
      [],
      { plain: 'unauthenticated', reason: 'missing' },
    ],
    [
      'a wrong credential',
      'PUT',
      PICTURES,
      ['X-Plain-Key: no'],
      { plain: 'unauthenticated', reason: 'invalid' },
    ],
    ['the scope before the parameters', 'PUT', `${PICTURES}?a=%zz`, [READER], { plain: 'forbidden' }],
    [
      'the query before the subject',
      'PUT',
      '/plain/v1/people/nobody/pictures?a=%zz',
      [WRITER],
      { plain: 'invalid-parameter', name: 'a' },
    ],
    [
      'the path before the subject',
      'PUT',
      '/plain/v1/people/%zz/pictures',
      [WRITER],
      { plain: 'invalid-parameter', name: 'id' },
    ],
    [
      'the document before the subject',
      'PUT',
      `/plain/v1/people/${'n'.repeat(21)}/pictures`,
      [WRITER],
      { plain: 'invalid-parameter', name: 'id' },
    ],
    [
      'the subject before the body',
      'PUT',
      '/plain/v1/people/nobody/pictures',
      [WRITER],
      { plain: 'subject-not-found' },
    ],
    ['the body at last', 'PUT', PICTURES, [WRITER], { plain: 'body-missing' }],
  ])(
    'a request with everything wrong is refused for %s',
    async (_what, method, target, headers, expected) => {
      const [, body, answered] = await ask(method, target, headers);
      expect(body).toEqual(expected);
      expect(answered['x-plain-request']).toMatch(/^[0-9a-f]{32}$/);
      expect(answered['x-request-id']).toBe(answered['x-plain-request']);
    },
  );

  it('a request with everything wrong learns of a wrong method what is allowed', async () => {
    const [status, , headers] = await ask('DELETE', '/plain/v1/people/ada');
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});

describe('parameters', () => {
  it.each([
    ['a header', '/plain/v1/people/ada', ['X-Depth: deep'], 'X-Depth'],
    ['a query', '/plain/v1/people/ada/picture?slot=9', [], 'slot'],
    ['a repeated Host', '/plain/v1/people/ada', ['Host: y'], 'Host'],
    ['an expectation nobody can meet', '/plain/v1/people/ada', ['Expect: miracles'], 'Expect'],
  ])('%s is held against the document and HTTP', async (_what, target, headers, name) => {
    const [status, body] = await ask('GET', target, [WRITER, ...headers]);
    expect([status, body]).toEqual([400, { plain: 'invalid-parameter', name }]);
  });

  it.each([
    ['no JSON', 'text', { plain: 'body-malformed', reason: 'syntax' }],
    ['the wrong shape', '{}', { plain: 'invalid-parameter', name: 'body' }],
    ['a member missing', '[{}]', { plain: 'invalid-parameter', name: '0.imageId' }],
    ['a member of the wrong type', '[{"imageId":5}]', { plain: 'invalid-parameter', name: '0.imageId' }],
    ['nothing', '', { plain: 'body-missing' }],
  ])('a JSON body with %s is refused', async (_what, body, expected) => {
    const [status, answer] = await ask(
      'POST',
      '/plain/v1/locate',
      [WRITER, 'Content-Type: application/json'],
      body,
    );
    expect([status, answer]).toEqual([400, expected]);
  });

  it('a JSON body is accepted without a content type, and refused with another', async () => {
    expect((await ask('POST', '/plain/v1/locate', [WRITER], '[]'))[0]).toBe(200);
    expect((await ask('POST', '/plain/v1/locate', [WRITER, 'Content-Type: text/xml'], '[]'))[0]).toBe(415);
  });
});

describe('an answer', () => {
  it('an answer to HEAD has the headers of GET and no body', async () => {
    const [status, body, headers] = await ask('HEAD', '/explode?problem=1');
    expect([status, body]).toEqual([409, '']);
    const [, got, same] = await ask('GET', '/explode?problem=1');
    expect(headers['content-length']).toBe(same['content-length']);
    expect(got).toEqual({ plain: 'conflict', reason: 'overlap' });
  });

  it('an answer says nothing of an unforeseen cause, and the gateway logs it with the request id', async () => {
    const [status, body, headers] = await ask('GET', '/explode');
    expect([status, body]).toEqual([500, { plain: 'internal' }]);
    const line = gateway.logLines.find(({ requestId, err }) => requestId === headers['x-request-id'] && err);
    expect(JSON.stringify(line)).toContain('the secret cause');
  });

  it('an answer that is not as documented becomes internal where that is enforced, and is counted', async () => {
    const [status, body] = await ask('GET', '/plain/v1/misdescribed');
    expect([status, body]).toEqual([500, { plain: 'internal' }]);
    const metrics = await gateway.registry.metrics();
    expect(metrics).toContain(
      'polyface_response_violations_total{dialect="plain",operation="misdescribed"} 1',
    );
  });

  it('an answer outside of every documented path is in the shape that the document has for such answers', async () => {
    const [status, body] = await ask('GET', '/nothing/here');
    expect([status, body]).toEqual([404, { bare: 'route-not-found' }]);
  });
});

describe('the log', () => {
  it('the log has one line per request, without query, credential, or ticket', async () => {
    const before = gateway.logLines.length;
    await ask('GET', '/plain/v1/people/ada?token=hush-hush', [WRITER, 'Cookie: hush-hush']);
    await ask('GET', `/images/d/${'hush'.repeat(30)}`);
    const lines = gateway.logLines.slice(before).filter(({ msg }) => msg === 'request');
    expect(lines).toEqual([
      expect.objectContaining({
        route: '/plain/v1/people/{id}',
        tenant: 'demo',
        credentialId: 'writer',
        status: 200,
      }),
      expect.objectContaining({ path: '/images/d/~', status: 403, problem: 'forbidden' }),
    ]);
    expect(JSON.stringify(gateway.logLines)).not.toMatch(/hush-hush|hushhush|plain-writer-key/);
  });
});
