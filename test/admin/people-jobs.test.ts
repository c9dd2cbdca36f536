import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PeopleRegistry } from '../../src/domain/index.ts';
import { aJpeg } from '../support/pictures.ts';
import { faultsOf } from './admin-document.ts';
import { type AdminGateway, startAdminGateway } from './start-admin.ts';
import { storeWithPeople } from './store-with-people.ts';

interface ShownJob {
  readonly id: string;
  readonly state: string;
  readonly progress: number;
  readonly result?: unknown;
}

let admin: AdminGateway;
let registry: PeopleRegistry;

beforeAll(async () => {
  const people = await storeWithPeople();
  ({ registry } = people);
  admin = await startAdminGateway((demo) => demo, { store: people.store });
});
afterAll(() => admin.gateway.stop());

type Role = 'read' | 'operate' | 'admin';

const start = (body: object, role: Role = 'operate') =>
  admin.call('POST', '/jobs', { token: admin.tokens[role], body: { tenant: 'demo', ...body } });

async function started(body: object, role?: Role): Promise<string> {
  const { status, body: job, headers } = await start(body, role);
  expect([status, faultsOf('Job', job)]).toEqual([202, []]);
  const { id } = job as ShownJob;
  expect(headers.get('location')).toBe(`/admin/v1/jobs/${id}`);
  return id;
}

async function job(id: string): Promise<ShownJob> {
  return (await admin.call('GET', `/jobs/${id}`, { token: admin.tokens.read })).body as ShownJob;
}

async function ended(id: string): Promise<ShownJob> {
  for (;;) {
    const found = await job(id);
    if (found.state !== 'running') return found;
    await pause(20);
  }
}

async function send(id: string, lines: string, query = '', role: Role = 'operate', type = NDJSON) {
  const response = await fetch(`${admin.adminUrl}/admin/v1/jobs/${id}/rows${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin.tokens[role]}`, 'content-type': type },
    body: lines,
  });
  return { status: response.status, body: (await response.json()) as { items?: object[]; detail?: string } };
}

const NDJSON = 'application/x-ndjson';
const row = (number: number, person: object) => `${JSON.stringify({ row: number, person })}\n`;

async function lastAudit(): Promise<object | undefined> {
  const { body } = await admin.call('GET', '/audit?limit=1', { token: admin.tokens.read });
  return (body as { items: object[] }).items[0];
}

describe('an import of people over the admin API', () => {
  it('an import takes rows part by part, reports the result of each, and is one entry of the audit log', async () => {
    const id = await started({ kind: 'people-import' });
    const first = await send(
      id,
      row(2, { id: 'zoe', aliases: { timbu: 'zoe' } }) + row(3, { id: 'max', aliases: { timbu: 'zoe' } }),
      '?progress=0.5',
    );
    expect(first.body.items).toEqual([
      { row: 2, kind: 'created', key: (await registry.read('demo', 'zoe'))?.key },
      { row: 3, kind: 'refused', problem: { kind: 'name-taken', pointer: '/aliases/timbu', value: 'zoe' } },
    ]);
    expect(await job(id)).toMatchObject({ state: 'running', progress: 0.5 });
    const second = await send(id, row(4, { id: 'zoe', profile: { firstName: 'Zoë' } }) + row(5, { id: '' }));
    expect(second.body.items).toMatchObject([{ kind: 'changed' }, { kind: 'refused' }]);
    expect((await send(id, '', '?last=true')).body).toEqual({ items: [] });
    const result = {
      complete: true,
      dryRun: false,
      rows: 4,
      created: 1,
      changed: 1,
      unchanged: 0,
      rejected: 2,
    };
    expect(await ended(id)).toMatchObject({ state: 'done', progress: 1, result });
    expect(await lastAudit()).toMatchObject({
      action: 'people.import',
      target: 'demo/*',
      result: 'done',
      after: { created: 1, changed: 1 },
    });
    expect((await send(id, row(6, { id: 'late' }))).status).toBe(409);
    expect(await registry.read('demo', 'late')).toBeUndefined();
  });

  it('a dry run reports what an import would change, changes nothing and leaves no entry in the audit log', async () => {
    const before = await lastAudit();
    const id = await started({ kind: 'people-import', dryRun: true });
    const { body } = await send(id, row(1, { id: 'nobody-yet' }), '?last=true');
    expect(body.items).toMatchObject([{ kind: 'created' }]);
    expect(await ended(id)).toMatchObject({ result: { complete: true, dryRun: true, created: 1 } });
    expect(await registry.read('demo', 'nobody-yet')).toBeUndefined();
    expect(await lastAudit()).toEqual(before);
  });

  it('an import that is cancelled keeps what was written and takes no further row', async () => {
    const id = await started({ kind: 'people-import' });
    await send(id, row(1, { id: 'first' }));
    await admin.call('DELETE', `/jobs/${id}`, { token: admin.tokens.operate });
    expect(await ended(id)).toMatchObject({ state: 'cancelled', result: { complete: false, created: 1 } });
    expect((await send(id, row(2, { id: 'second' }))).status).toBe(409);
    expect(await registry.read('demo', 'first')).toBeDefined();
    expect(await registry.read('demo', 'second')).toBeUndefined();
  });

  it('an import of people refuses callers without the role, and malformed rows', async () => {
    expect((await start({ kind: 'people-import' }, 'read')).status).toBe(403);
    expect((await start({ kind: 'people-import', tenant: 'elsewhere' })).status).toBe(404);
    const id = await started({ kind: 'people-import' });
    expect((await send(id, row(1, { id: 'x' }), '', 'admin')).status).toBe(403);
    expect((await send(id, 'oops\n')).status).toBe(400);
    expect((await send(id, '{}', '', 'operate', 'application/json')).status).toBe(400);
    expect((await send(id, '', '?progress=2')).status).toBe(400);
    expect((await send(id, row(1, { id: 'x' }).repeat(20_001))).status).toBe(400);
    expect((await send(id, ' '.repeat(17 * 1024 * 1024))).status).toBe(413);
    expect((await send('nowhere', row(1, { id: 'x' }))).status).toBe(404);
    await admin.call('DELETE', `/jobs/${id}`, { token: admin.tokens.operate });
    expect(await registry.read('demo', 'x')).toBeUndefined();
  });
});

describe('an export of people over the admin API', () => {
  it('streams everybody of the tenant, as an import takes them', async () => {
    await registry.put('demo', {
      id: 'ada-2',
      aliases: { timbu: 'ada-2' },
      identifiers: { card: '7' },
      profile: { firstName: 'Ada' },
    });
    const { status, body, headers } = await admin.call('GET', '/people/demo', { token: admin.tokens.read });
    expect([status, headers.get('content-type')]).toEqual([200, NDJSON]);
    const exported = String(body)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; key: string });
    const listed: string[] = [];
    for await (const { key } of registry.list('demo')) listed.push(key);
    expect(exported.map(({ key }) => key)).toEqual(listed);
    const { tenant: _, ...ada } = (await registry.read('demo', 'ada-2')) ?? { tenant: '' };
    expect(exported.find(({ id }) => id === 'ada-2')).toEqual(ada);
    const id = await started({ kind: 'people-import' });
    const again = await send(id, exported.map((person, at) => row(at, person)).join(''), '?last=true');
    expect(new Set(again.body.items?.map((item) => 'kind' in item && item.kind))).toEqual(
      new Set(['unchanged']),
    );
  });

  it('an export of an unknown tenant is answered with 404', async () => {
    expect((await admin.call('GET', '/people/elsewhere', { token: admin.tokens.read })).status).toBe(404);
  });
});

describe('a check of people over the admin API', () => {
  it('a check finds shared identifiers and pictures without a person with the role read, and only an admin removes those', async () => {
    for (const id of ['one', 'two'])
      await registry.put('demo', { id, aliases: {}, identifiers: { card: 'both' }, profile: {} });
    await upload('7777');
    const id = await started({ kind: 'people-check' }, 'read');
    const { result } = (await ended(id)) as { result: { orphans: { key: string }[] } } & ShownJob;
    expect(result).toMatchObject({
      people: expect.any(Number),
      found: { lost: 0, shared: 1, orphans: 1 },
      shared: [{ identifier: 'identifier/card', ids: ['one', 'two'] }],
      orphans: [{ pictures: 1 }],
    });
    const removeOrphans = result.orphans.map(({ key }) => key);
    const removal = { kind: 'people-check', removeOrphans };
    expect((await start(removal)).status).toBe(403);
    expect((await start({ kind: 'people-check', removeOrphans: 'all' }, 'admin')).status).toBe(400);
    expect(await ended(await started(removal, 'admin'))).toMatchObject({ result: { removed: 1 } });
    expect(await lastAudit()).toMatchObject({ action: 'people.remove-orphans', after: { removed: 1 } });
    // Nobody's pictures are left: the same order does nothing.
    expect(await ended(await started(removal, 'admin'))).toMatchObject({ result: { removed: 0 } });
  });
});

/** A picture of somebody who is in no directory afterwards. */
async function upload(alias: string): Promise<void> {
  const { person } = (await registry.put('demo', {
    id: alias,
    aliases: { 'magicline-v1': alias },
    identifiers: {},
    profile: {},
  })) as { person: { key: string } };
  const form = new FormData();
  form.append('image', new Blob([new Uint8Array(await aJpeg({ width: 40, height: 30 }))]), 'a.jpg');
  const response = await fetch(`${admin.gateway.url}/v1/customers/${alias}/images`, {
    method: 'PUT',
    headers: { 'x-api-key': 'demo-v1-key' },
    body: form,
  });
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  // Only the entry of the directory is taken away: the pictures stay behind.
  await registry.erase('demo', person.key, Date.now());
}
