import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PeopleRegistry } from '../../src/domain/index.ts';
import { backendSettings } from '../migration/support/start-shim.ts';
import { faultsOf } from './admin-document.ts';
import { type AdminGateway, startAdminGateway } from './start-admin.ts';
import { storeWithPeople } from './store-with-people.ts';

let admin: AdminGateway;
let lise: string;
let registry: PeopleRegistry;

beforeAll(async () => {
  const people = await storeWithPeople();
  const { store } = people;
  ({ registry } = people);
  const { person } = (await registry.put('demo', {
    id: 'lise',
    aliases: { 'magicline-v1': '7001' },
    identifiers: {},
    profile: {},
  })) as { person: { key: string } };
  lise = `/people/demo/${person.key}`;
  admin = await startAdminGateway(
    (demo) => ({
      ...demo,
      // There are no people here. The steps of this migration are started, and the test does not wait for them.
      migration: { backends: [backendSettings('magicline-v1', 'http://127.0.0.1:9')] },
    }),
    { store },
  );
});
afterAll(() => admin.gateway.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  admin.call('GET', path, { token: admin.tokens.admin, headers });
const change = (method: string, path: string, version: string, body: object) =>
  admin.call(method, path, { token: admin.tokens.admin, headers: { 'if-match': version }, body });

describe('the versions of the admin API', () => {
  it.each(['/keys', '/usage', '/settings', '/dialects'])(
    'GET %s has an ETag, and answers 304 to a client that has it already',
    async (path) => {
      const { headers } = await get(path);
      const tag = headers.get('etag') ?? '';
      expect(tag).toMatch(/^(W\/)?"[^"]+"$/);
      // `fetch` asks for "no-cache" by itself where a condition is set by hand.
      const headersAgain = { 'if-none-match': tag, 'cache-control': 'max-age=0' };
      expect((await get(path, headersAgain)).status).toBe(304);
    },
  );

  it('a person is changed under the version that was read, and not under an older one', async () => {
    const read = await get(lise);
    const version = read.headers.get('etag') ?? '';
    expect(version).toMatch(/^"\d+"$/);
    const body = { dialect: 'timbu', alias: 'lise-m' };
    const linked = await change('POST', `${lise}/aliases`, version, body);
    expect([linked.status, linked.body]).toEqual([
      200,
      expect.objectContaining({ aliases: { 'magicline-v1': '7001', timbu: 'lise-m' } }),
    ]);
    const now = linked.headers.get('etag') ?? '';
    expect(now).not.toBe(version);
    const late = [
      await change('DELETE', `${lise}/aliases`, version, body),
      await change('POST', `${lise}/rename`, version, { id: 'lise-2' }),
      await change('POST', `${lise}/merge`, version, { into: '0' }),
      await change('POST', `${lise}/erase`, version, { id: 'lise' }),
    ];
    expect(late.map(({ status }) => status)).toEqual([412, 412, 404, 412]);
    const renamed = await change('POST', `${lise}/rename`, now, { id: 'lise-2' });
    expect([renamed.status, renamed.body]).toEqual([200, expect.objectContaining({ id: 'lise-2' })]);
  });

  it('of 20 operators who merge people on the same versions one succeeds, and 19 get 412', async () => {
    const path = '/people/demo';
    const [one, two, three] = await Promise.all(
      ['marie', 'maria', 'mary'].map(async (id) => {
        const { person } = await registry.put('demo', { id, aliases: {}, identifiers: {}, profile: {} });
        return person;
      }),
    );
    const preview = await get(`${path}/${one?.key}/merge?into=${two?.key}`);
    expect(faultsOf('Merge', preview.body)).toEqual([]);
    expect(preview.body).toMatchObject({ source: { version: 1 }, survivor: { version: 1 } });
    const merged = await Promise.all(
      Array.from({ length: 20 }, (_, racer) => {
        const body = { into: racer % 2 ? two?.key : three?.key, intoVersion: 1 };
        return change('POST', `${path}/${one?.key}/merge`, '"1"', body);
      }),
    );
    expect(merged.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 19 }, () => 412),
    ]);
    const again = { into: two?.key, intoVersion: 7 };
    expect((await change('POST', `${path}/${three?.key}/merge`, '*', again)).status).toBe(412);
    const none = { into: two?.key, intoVersion: 'seven' };
    expect((await change('POST', `${path}/${three?.key}/merge`, '*', none)).status).toBe(400);
  });

  it('a step of a migration, and a reload, are refused where they were decided on another version', async () => {
    const { headers } = await get('/migrations/demo/magicline-v1');
    expect(headers.get('etag')).toBe('"1"');
    const late = await change('POST', '/migrations/demo/magicline-v1/advance', '"7"', {});
    expect([late.status, late.body]).toEqual([
      412,
      expect.objectContaining({ title: 'Precondition Failed' }),
    ]);
    expect((await change('POST', '/settings/reload', '"older"', {})).status).toBe(412);
    expect((await change('POST', '/settings/reload', 'no tag', {})).status).toBe(400);
    expect((await get('/jobs')).body).toEqual({ items: [] });
  });
});

describe('long lists of the admin API', () => {
  it('keys come in pages, each of them once', async () => {
    const rows = Array.from({ length: 5 }, (_, at) => ({
      row: at + 2,
      values: { secret: `a-key-of-a-client-${at}`, label: `client ${at}` },
    }));
    const body = {
      rows: [...rows, { row: 9, fault: 'is no JSON object' }],
      dialect: 'timbu',
      tenant: 'demo',
    };
    const imported = await admin.call('POST', '/keys/import', { token: admin.tokens.admin, body });
    expect(imported.body).toEqual({
      imported: 5,
      unchanged: 0,
      rejected: 1,
      faults: [{ row: 9, fault: 'is no JSON object' }],
    });
    const labels: string[] = [];
    let next: string | undefined = '';
    while (next !== undefined) {
      const { body: page } = await get(`/keys?limit=2${next && `&after=${next}`}`);
      const { items, next: following } = page as { items: { label: string }[]; next?: string };
      expect(items.length).toBeLessThanOrEqual(2);
      labels.push(...items.map(({ label }) => label));
      next = following;
    }
    expect(labels.toSorted()).toEqual(rows.map(({ values }) => values.label));
    expect((await get('/keys?after=nobody')).status).toBe(400);
  });

  it('usage comes in pages, deprecated operations first', async () => {
    for (const [method, path] of [
      ['GET', '/v1/customers/7001'],
      ['PUT', '/v1/customers/7001/images'],
      ['GET', '/2.0/users/me'],
    ] as const)
      await (await fetch(admin.gateway.url + path, { method })).arrayBuffer();
    let first: { items: { deprecated: boolean }[]; next?: number } = { items: [] };
    // Usage is saved once in a while.
    while (first.next === undefined) first = (await get('/usage?limit=1')).body as typeof first;
    expect([first.items.map(({ deprecated }) => deprecated), first.next]).toEqual([[true], 1]);
    const { body } = await get(`/usage?limit=1000&offset=${first.next}`);
    expect((body as typeof first).items.every(({ deprecated }) => !deprecated)).toBe(true);
    expect((await get('/usage?offset=-1')).status).toBe(400);
  });
});
