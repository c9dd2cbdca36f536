import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PeopleRegistry } from '../../src/domain/index.ts';
import { aJpeg } from '../support/pictures.ts';
import { type AdminGateway, startAdminGateway } from './start-admin.ts';
import { storeWithPeople } from './store-with-people.ts';

let admin: AdminGateway;
let registry: PeopleRegistry;

async function put(id: string, alias: string, email: string) {
  const { person } = await registry.put('demo', {
    id,
    aliases: { 'magicline-v1': alias },
    identifiers: {},
    profile: { firstName: 'Lise', lastName: 'Meitner', email },
  });
  return person.key;
}

async function upload(alias: string): Promise<number> {
  const form = new FormData();
  form.append('image', new Blob([new Uint8Array(await aJpeg({ width: 40, height: 30 }))]), 'a.jpg');
  const response = await fetch(`${admin.gateway.url}/v1/customers/${alias}/images`, {
    method: 'PUT',
    headers: { 'x-api-key': 'demo-v1-key' },
    body: form,
  });
  await response.arrayBuffer();
  return response.status;
}

async function auditText(): Promise<string> {
  const { body } = await admin.call('GET', '/audit?limit=200', { token: admin.tokens.read });
  return JSON.stringify(body);
}

beforeAll(async () => {
  const people = await storeWithPeople();
  ({ registry } = people);
  admin = await startAdminGateway((demo) => demo, { store: people.store });
});
afterAll(() => admin.gateway.stop());

describe('the admin API for people', () => {
  it('the admin API for people links and unlinks an id in a dialect, which leads to the person at once', async () => {
    const key = await put('lise', '7001', 'lise@example.com');
    const aliases = { dialect: 'timbu', alias: 'lise-m', reason: 'moved in' };
    const linked = await admin.call('POST', `/people/demo/${key}/aliases`, {
      token: admin.tokens.operate,
      body: aliases,
    });
    expect([linked.status, linked.body]).toEqual([
      200,
      expect.objectContaining({ aliases: { 'magicline-v1': '7001', timbu: 'lise-m' } }),
    ]);
    const unlinked = await admin.call('DELETE', `/people/demo/${key}/aliases`, {
      token: admin.tokens.operate,
      body: aliases,
    });
    expect(unlinked.body).toMatchObject({ aliases: { 'magicline-v1': '7001' } });
  });

  it('the admin API for people refuses an id that belongs to another person, in words', async () => {
    await put('otto', '7002', 'otto@example.com');
    const key = await put('fritz', '7003', 'fritz@example.com');
    const { status, body } = await admin.call('POST', `/people/demo/${key}/aliases`, {
      token: admin.tokens.operate,
      body: { dialect: 'magicline-v1', alias: '7002' },
    });
    expect([status, body]).toEqual([
      409,
      expect.objectContaining({ detail: expect.stringContaining('another person') }),
    ]);
  });

  it('the admin API for people says what a merge would do, and does it', async () => {
    const source = await put('maria', '7004', 'maria@example.com');
    const survivor = await put('mary', '7005', 'mary@example.com');
    expect(await upload('7004')).toBe(200);
    const preview = await admin.call('GET', `/people/demo/${source}/merge?into=${survivor}`, {
      token: admin.tokens.read,
    });
    expect(preview.body).toMatchObject({ adoptedSlots: [0], droppedSlots: [], survivor: { id: 'mary' } });
    const merged = await admin.call('POST', `/people/demo/${source}/merge`, {
      token: admin.tokens.operate,
      body: { into: survivor, reason: 'the same person' },
    });
    expect(merged.status).toBe(200);
    const { body } = await admin.call('GET', '/people?find=7004', { token: admin.tokens.read });
    expect(body).toMatchObject({
      items: [{ id: 'mary', slots: [{ slot: 0, writtenThrough: 'magicline-v1' }] }],
    });
  });

  it('the admin API for people erases a person for the role admin alone, once the id was typed in, and gives a signed receipt', async () => {
    const key = await put('enrico', '7006', 'enrico@example.com');
    expect(await upload('7006')).toBe(200);
    const erase = (token: string, id: string) =>
      admin.call('POST', `/people/demo/${key}/erase`, {
        token,
        body: { id, reason: 'asked to be forgotten' },
      });
    expect((await erase(admin.tokens.operate, 'enrico')).status).toBe(403);
    expect((await erase(admin.tokens.admin, 'somebody')).status).toBe(409);
    const { status, body } = await erase(admin.tokens.admin, 'enrico');
    expect([status, body]).toEqual([
      200,
      {
        receipt: expect.objectContaining({
          tenant: 'demo',
          removed: expect.objectContaining({ pictures: 1 }),
        }),
        signature: expect.objectContaining({ algorithm: 'HMAC-SHA256' }),
      },
    ]);
    const found = await admin.call('GET', '/people?find=7006', { token: admin.tokens.read });
    expect(found.body).toEqual({ items: [] });
  });

  it('the admin API for people says that people of the settings are changed there', async () => {
    const { body } = await admin.call('GET', '/people?find=ada', { token: admin.tokens.read });
    const [{ key } = { key: '' }] = (body as { items: { key: string }[] }).items;
    const { status, body: problem } = await admin.call('POST', `/people/demo/${key}/aliases`, {
      token: admin.tokens.operate,
      body: { dialect: 'timbu', alias: 'ada-2' },
    });
    expect([status, problem]).toEqual([
      404,
      expect.objectContaining({ detail: expect.stringContaining('settings') }),
    ]);
  });

  it('the admin API for people leaves in the audit log who was changed by key, and nothing else of a person', async () => {
    const text = await auditText();
    for (const action of ['people.link', 'people.unlink', 'people.merge', 'people.erase'])
      expect(text).toContain(action);
    expect(text).toContain('asked to be forgotten');
    expect(text).not.toMatch(/enrico|lise|maria|mary|example\.com|\b700\d\b/);
  });
});
