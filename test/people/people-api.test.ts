import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

const portrait = await readFile('test/fixtures/portrait.jpg');
const KEY = 'Bearer demo-native-key';
const V1 = { 'x-api-key': 'demo-v1-key' };

/** A change of a person as a client of the native dialect sends it. */
function sender(gateway: () => DemoGateway) {
  return (method: string, path: string, json?: unknown, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${gateway().url}/native/v1${path}`, {
      method,
      headers: {
        authorization: KEY,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: typeof json === 'string' ? json : JSON.stringify(json) }),
    });
}

describe('people over HTTP', () => {
  let gateway: DemoGateway;
  const send = sender(() => gateway);

  beforeAll(async () => {
    gateway = await startDemoGateway((demo) => ({
      ...demo,
      tenants: demo.tenants.map((tenant) => ({
        ...tenant,
        credentials: [
          ...tenant.credentials,
          ...(tenant.id === 'demo'
            ? [
                {
                  id: 'reader',
                  dialect: 'native',
                  kind: 'key' as const,
                  secret: { plain: 'key-of-a-reader' },
                  scopes: ['people:read'],
                },
              ]
            : []),
        ],
      })),
    }));
  });
  afterAll(() => gateway.stop());

  it('the people API gives a person to every dialect at once, with the pictures that are put through any', async () => {
    expect((await send('PUT', '/people/grace', { aliases: { native: 'grace' } })).status).toBe(201);
    expect((await send('PUT', '/people/grace/aliases/magicline-v1/7001')).status).toBe(200);
    const form = new FormData();
    form.append('image', new Blob([portrait], { type: 'image/jpeg' }), 'portrait.jpg');
    const put = await fetch(`${gateway.url}/v1/customers/7001/images`, {
      method: 'PUT',
      headers: V1,
      body: form,
    });
    expect(put.status).toBe(200);
    expect((await send('GET', '/subjects/grace/image')).status).toBe(200);
  });

  it('the people API lets one of twenty win who change the same version', async () => {
    await send('PUT', '/people/racer', {});
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, nth) =>
        send('PATCH', '/people/racer', { profile: { firstName: `Racer ${nth}` } }, { 'if-match': '"1"' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([
      200,
      ...Array<number>(19).fill(412),
    ]);
  });

  it('the people API lets one of twenty win who want the same name', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, nth) =>
        send('PUT', `/people/wants-${nth}`, { aliases: { timbu: 'wanted' } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([
      201,
      ...Array<number>(19).fill(409),
    ]);
  });

  it('the people API puts what was read without a change', async () => {
    await send('PUT', '/people/round', { identifiers: { externalId: 'r-1' }, profile: { email: 'r@x.org' } });
    const read = await (await send('GET', '/people/round')).json();
    const again = await send('PUT', '/people/round', read, { 'if-match': '"1"' });
    expect(await again.json()).toEqual(read);
  });

  it('the people API walks through all people part by part, each once', async () => {
    const lines = Array.from({ length: 250 }, (_, nth) => JSON.stringify({ id: `walker-${nth}` })).join('\n');
    const put = await send('POST', '/people', lines, { 'content-type': 'application/x-ndjson' });
    expect((await put.text()).trim().split('\n')).toHaveLength(250);
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const part = (await (await send('GET', `/people?limit=40${after}`)).json()) as {
        items: { id: string }[];
        next?: string;
      };
      seen.push(...part.items.map(({ id }) => id));
      if (part.next === undefined) break;
      after = `&after=${part.next}`;
    }
    expect(seen.filter((id) => id.startsWith('walker-'))).toHaveLength(250);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('the people API takes a thousand lines and no more', async () => {
    const lines = (count: number) => Array.from({ length: count }, () => '{"id":"line"}').join('\n');
    const type = { 'content-type': 'application/x-ndjson' };
    expect((await send('POST', '/people?dryRun=true', lines(1_000), type)).status).toBe(200);
    expect((await send('POST', '/people?dryRun=true', lines(1_001), type)).status).toBe(400);
  });

  it('the people API shows and changes no person without the scope for it', async () => {
    const reader = { authorization: 'Bearer key-of-a-reader' };
    expect((await send('GET', '/people', undefined, reader)).status).toBe(200);
    expect((await send('PUT', '/people/grace', {}, reader)).status).toBe(403);
    expect((await send('DELETE', '/people/grace', undefined, reader)).status).toBe(403);
    expect((await send('GET', '/people', undefined, { authorization: 'Bearer none' })).status).toBe(401);
  });

  it('the people API merges with the pictures and erases with both, and every dialect follows', async () => {
    await send('PUT', '/people/maiden', { aliases: { native: 'maiden' } });
    await send('PUT', '/people/married', { aliases: { native: 'married', 'magicline-v1': '7002' } });
    const image = { 'content-type': 'image/jpeg' };
    await fetch(`${gateway.url}/native/v1/subjects/maiden/image`, {
      method: 'PUT',
      headers: { authorization: KEY, ...image },
      body: portrait,
    });
    const preview = await send('POST', '/people/maiden/merge', { into: 'married', preview: true });
    expect(await preview.json()).toMatchObject({ merged: false, adoptedSlots: [0] });
    expect((await send('GET', '/subjects/married/image')).status).toBe(404);
    expect((await send('POST', '/people/maiden/merge', { into: 'married' })).status).toBe(200);
    expect((await send('GET', '/subjects/married/image')).status).toBe(200);
    expect((await send('GET', '/subjects/maiden/image')).status).toBe(200);
    const erased = (await (await send('DELETE', '/people/maiden')).json()) as {
      receipt: { removed: { directoryEntries: number } };
    };
    expect(erased.receipt.removed.directoryEntries).toBe(2);
    for (const id of ['maiden', 'married']) {
      expect((await send('GET', `/people/${id}`)).status).toBe(410);
      expect((await send('GET', `/subjects/${id}/image`)).status).toBe(404);
    }
    expect((await fetch(`${gateway.url}/v1/customers/7002`, { headers: V1 })).status).toBe(404);
  });
});

describe('people over HTTP where the settings keep them nowhere', () => {
  let gateway: DemoGateway;

  beforeAll(async () => {
    gateway = await startDemoGateway((demo) => ({
      ...demo,
      people: { directories: [{ kind: 'settings' }] },
    }));
  });
  afterAll(() => gateway.stop());

  it('a gateway without a registry of people has no such path', async () => {
    const send = sender(() => gateway);
    expect((await send('GET', '/people')).status).toBe(404);
    expect((await send('PUT', '/people/ada', {})).status).toBe(404);
  });
});
