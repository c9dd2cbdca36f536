import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { STEPS } from '../../src/admin/api/migration-steps.ts';
import { aJpeg } from '../support/pictures.ts';
import { document, faultsIn } from './admin-document.ts';
import { type AdminGateway, callWithHost, startAdminGateway } from './start-admin.ts';

let admin: AdminGateway;
const upload = async (key: string, file: Uint8Array<ArrayBuffer>) => {
  const form = new FormData();
  form.append('image', new Blob([file]), 'a.jpg');
  const response = await fetch(`${admin.gateway.url}/v1/customers/1002/images`, {
    method: 'PUT',
    headers: { 'x-api-key': key, 'user-agent': 'old-app/1.2 (ada@example.com)' },
    body: form,
  });
  await response.arrayBuffer();
};

/** Every route of the API's sources, in the spelling of the document. */
function servedRoutes(): Set<string> {
  const folder = 'src/admin/api';
  const sources = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
  const routes = sources.flatMap((source) =>
    [...source.matchAll(/router\.(get|post|put|patch|delete)\(\s*[`']([^`']+)[`']/g)].flatMap(
      ([, method, path = '']) =>
        (path.includes('${word}') ? Object.keys(STEPS) : ['']).map(
          (word) => `${method} ${path.replace('${word}', word).replaceAll(/:(\w+)/g, '{$1}')}`,
        ),
    ),
  );
  return new Set(routes);
}

beforeAll(async () => {
  admin = await startAdminGateway();
  await upload('demo-v1-key', new Uint8Array(await aJpeg({ width: 40, height: 30 })));
  await upload('wrong-key', new Uint8Array(await aJpeg({ width: 40, height: 30 })));
  await upload('demo-v1-key', new Uint8Array(Buffer.from('no picture')));
});
afterAll(() => admin.gateway.stop());

describe('the admin API', () => {
  const READS = [
    '/session',
    '/overview',
    '/gateways',
    '/dialects',
    '/tenants',
    '/settings',
    '/requests',
    '/usage',
    '/people?find=ada',
    '/keys',
    '/audit',
    '/audit/verify',
    '/migrations',
    '/jobs',
  ];
  it.each(READS)('GET %s needs a credential and the role read', async (path) => {
    const anonymous = await admin.call('GET', path);
    expect([anonymous.status, anonymous.headers.get('content-type')]).toEqual([
      401,
      'application/problem+json; charset=utf-8',
    ]);
    const { status, body } = await admin.call('GET', path, { token: admin.tokens.read });
    expect([status, faultsIn(path.split('?')[0] ?? '', body)]).toEqual([200, []]);
  });

  it('the document describes every route that is served, and no other', () => {
    const documented = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    expect(new Set(documented)).toEqual(servedRoutes());
  });

  it('a key is made, used, listed and revoked, and the secret is shown once', async () => {
    const made = await admin.call('POST', '/keys', {
      token: admin.tokens.admin,
      body: { tenant: 'demo', dialect: 'magicline-v1', scopes: ['CUSTOMER_WRITE'], label: 'till 7' },
    });
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({ label: 'till 7', kind: 'key' }),
    ]);
    const { id, secret } = made.body as { id: string; secret: string };
    const use = async () =>
      (await fetch(`${admin.gateway.url}/v1/customers/1002`, { headers: { 'x-api-key': secret } })).status;
    expect(await use()).toBe(200);
    const { body } = await admin.call('GET', '/keys', { token: admin.tokens.read });
    expect(JSON.stringify(body)).toContain(id);
    expect(JSON.stringify(body)).not.toContain(secret);
    expect((await admin.call('DELETE', `/keys/${id}`, { token: admin.tokens.operate })).status).toBe(204);
  });

  it.each([
    ['an unknown tenant', { tenant: 'nobody', dialect: 'timbu' }, /no tenant nobody/],
    [
      'a scope that the dialect does not ask for',
      { tenant: 'demo', dialect: 'timbu', scopes: ['fly'] },
      /no scope "fly"/,
    ],
    ['a label of two lines', { tenant: 'demo', dialect: 'timbu', label: 'a\nb' }, /one line/],
    [
      'a life that is no number',
      { tenant: 'demo', dialect: 'timbu', expiresInDays: 'long' },
      /number above 0/,
    ],
  ])('a key for %s is refused in words', async (_what, body, words) => {
    const { status, body: problem } = await admin.call('POST', '/keys', {
      token: admin.tokens.admin,
      body,
    });
    expect([status, problem]).toEqual([
      400,
      expect.objectContaining({ detail: expect.stringMatching(words) }),
    ]);
  });

  it('a revoked token is refused at once', async () => {
    const { token: _used, ...made } = (
      await admin.call('POST', '/tokens', {
        token: admin.tokens.admin,
        body: { label: 'gone', role: 'read' },
      })
    ).body as { id: string; token: string };
    expect((await admin.call('GET', '/session', { token: _used })).status).toBe(200);
    const revoked = await admin.call('DELETE', `/tokens/${made.id}`, { token: admin.tokens.admin });
    expect(revoked.status).toBe(204);
    expect((await admin.call('GET', '/session', { token: _used })).status).toBe(401);
  });

  it('a request for a host that is not the console is refused, as DNS rebinding would send it', async () => {
    expect(await callWithHost(`${admin.adminUrl}/admin/v1/overview`, 'evil.example')).toBe(421);
  });

  it.each([
    ['without the header that only scripts of the console send', {}],
    ['from a page of another origin', { 'x-polyface-admin': '1', origin: 'https://evil.example' }],
  ])('a change by cookie %s is refused', async (_how, headers) => {
    const { status } = await admin.call('POST', '/jobs', {
      headers: { cookie: 'polyface_admin=x', ...headers },
      body: { kind: 'gc' },
    });
    expect(status).toBe(403);
  });

  it('a sign-in link signs in once', async () => {
    const code = new URL(admin.gateway.signInLink?.() ?? '').hash.replace('#sign-in=', '');
    const first = await admin.call('POST', '/session/', { body: { code } });
    expect([first.status, first.headers.get('set-cookie')]).toEqual([
      201,
      expect.stringMatching(/^polyface_admin=.{43}; Path=\/; Expires=.*; HttpOnly; SameSite=Strict$/),
    ]);
    expect((await admin.call('POST', '/session', { body: { code } })).status).toBe(401);
  });

  it('recent requests hold no address, no query and no personal part of a user agent', async () => {
    const { body } = await admin.call('GET', '/requests?operation=updateImage', { token: admin.tokens.read });
    const { items } = body as { items: readonly Record<string, unknown>[] };
    expect(
      items.map(({ route, status, problem, detail, client }) => [route, status, problem, detail, client]),
    ).toEqual([
      [
        '/v1/customers/{customerId}/images',
        400,
        'unsupported-format',
        expect.stringMatching(/^unsupported-format: accepted jpeg/),
        'old-app/1.2',
      ],
      [
        '/v1/customers/{customerId}/images',
        401,
        'unauthenticated',
        'unauthenticated: reason invalid',
        'old-app/1.2',
      ],
      ['/v1/customers/{customerId}/images', 200, undefined, undefined, 'old-app/1.2'],
    ]);
    expect(JSON.stringify(items)).not.toMatch(/1002|ada@/);
  });

  it('recent requests are filtered by status and problem', async () => {
    const { body } = await admin.call('GET', '/requests?status=4xx&problem=unauthenticated', {
      token: admin.tokens.read,
    });
    expect((body as { items: unknown[] }).items).toHaveLength(1);
  });

  it('settings are shown without secrets and without people', async () => {
    const { body } = await admin.call('GET', '/settings', { token: admin.tokens.read });
    const text = JSON.stringify(body);
    expect(text).toContain('"dataDir"');
    expect(text).not.toMatch(/demo-v1-key|server123|demo-timbu-secret|ada\.lovelace/);
  });

  it('a person is found by any of her ids, with what is kept of her', async () => {
    const found = await Promise.all(
      ['ada', '565039506', 'ada.lovelace@example.com'].map((id) =>
        admin.call('GET', `/people?find=${encodeURIComponent(id)}`, { token: admin.tokens.read }),
      ),
    );
    for (const { body } of found) {
      expect(body).toEqual({
        items: [
          expect.objectContaining({
            id: 'ada',
            slots: [expect.objectContaining({ slot: 0, version: 1, writtenThrough: 'magicline-v1' })],
          }),
        ],
      });
    }
  });

  it('a picture is shown to the role admin, and the audit log knows of it', async () => {
    const { body } = await admin.call('GET', '/people?find=ada', { token: admin.tokens.read });
    const [{ tenant, key } = { tenant: '', key: '' }] = (body as { items: { tenant: string; key: string }[] })
      .items;
    const picture = await admin.call('GET', `/people/${tenant}/${key}/pictures/0/original`, {
      token: admin.tokens.admin,
    });
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    const { body: log } = await admin.call('GET', '/audit?limit=1', { token: admin.tokens.read });
    expect(log).toMatchObject({
      items: [{ action: 'pictures.view', target: `${tenant}/${key}/0`, result: 'done' }],
    });
  });

  it('a job answers 202, runs to its end and is in the audit log', async () => {
    const started = await admin.call('POST', '/jobs', {
      token: admin.tokens.operate,
      body: { kind: 'fsck', reason: 'weekly' },
    });
    expect(started.status).toBe(202);
    const { id } = started.body as { id: string };
    expect(started.headers.get('location')).toBe(`/admin/v1/jobs/${id}`);
    const events = await fetch(`${admin.adminUrl}/admin/v1/jobs/${id}/events`, {
      headers: { authorization: `Bearer ${admin.tokens.read}` },
    });
    let seen = '';
    for await (const chunk of events.body ?? []) {
      seen += Buffer.from(chunk).toString();
      if (/"state":"(done|failed)"/.test(seen)) break;
    }
    const { body } = await admin.call('GET', `/jobs/${id}`, { token: admin.tokens.read });
    expect(body).toMatchObject({ kind: 'fsck', state: 'done', progress: 1 });
    const { body: log } = await admin.call('GET', '/audit?limit=5', { token: admin.tokens.read });
    expect((log as { items: unknown[] }).items).toContainEqual(
      expect.objectContaining({ action: 'store.fsck', reason: 'weekly', result: 'done' }),
    );
    expect((await admin.call('GET', '/audit/verify', { token: admin.tokens.read })).body).toMatchObject({
      intact: true,
    });
  });

  it('metrics are on the admin port for those who may read', async () => {
    const get = (headers: Record<string, string>) => fetch(`${admin.adminUrl}/metrics`, { headers });
    expect((await get({})).status).toBe(401);
    const text = await (await get({ authorization: `Bearer ${admin.tokens.read}` })).text();
    expect(text).toContain('polyface_requests_total{dialect="magicline-v1"');
    expect(text).toContain('polyface_admin_authentication_failures_total');
    expect(text).not.toMatch(/tenant="demo"|credential=/);
  });

  it('an address that failed ten times in a minute has to wait, and good credentials from it do not', async () => {
    const token = `pfa_0123456789ab_${'x'.repeat(43)}`;
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      statuses.push((await admin.call('GET', '/session', { token })).status);
    }
    expect([statuses[0], statuses.at(-1)]).toEqual([401, 429]);
    expect((await admin.call('POST', '/session', { body: { token } })).status).toBe(429);
    expect((await admin.call('GET', '/session', { token: 'no-jwt' })).status).toBe(401);
    const good = admin.tokens.read;
    expect((await admin.call('GET', '/session', { token: good })).status).toBe(200);
    expect((await admin.call('POST', '/session', { body: { token: good } })).status).toBe(201);
  });
});
