import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { aJpeg } from '../support/pictures.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

const KEY = { authorization: 'Bearer demo-native-key' };
const IMAGE = '/native/v1/subjects/tom/image';
const CUSTOMER = { path: '/v1/customers/1002', headers: { 'x-api-key': 'demo-v1-key' } };

const store = createMemoryStore();
let gateway: DemoGateway;

beforeAll(async () => {
  gateway = await startDemoGateway((demo) => demo, { store });
});
afterAll(() => gateway.stop());

const reports = () =>
  gateway.logLines.filter(({ level, body }) => Number(level) >= 50 && typeof body === 'string');

async function countMissing(): Promise<number> {
  const metric = await gateway.registry.getSingleMetric('polyface_missing_bodies_total')?.get();
  return metric?.values[0]?.value ?? 0;
}

async function bodies(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.objects.list('bodies/')) keys.push(key);
  return keys;
}

describe('a record whose body is gone', () => {
  it('a record whose body is gone is logged as an error and counted when it is read, unlike a deleted picture', async () => {
    const put = await fetch(gateway.url + IMAGE, {
      method: 'PUT',
      headers: { ...KEY, 'content-type': 'image/jpeg' },
      body: new Uint8Array(await aJpeg({ width: 300, height: 300 })),
    });
    expect(put.status).toBeLessThan(300);
    expect((await fetch(gateway.url + IMAGE, { headers: KEY })).status).toBe(200);
    expect([await countMissing(), reports()]).toEqual([0, []]);

    const lost = await bodies();
    for (const key of lost) await store.objects.delete(key);
    expect((await fetch(gateway.url + IMAGE, { headers: KEY })).status).toBe(404);
    expect(await countMissing()).toBe(1);
    expect(lost).toContain(reports()[0]?.body);

    await fetch(gateway.url + IMAGE, { method: 'DELETE', headers: KEY });
    expect((await fetch(gateway.url + IMAGE, { headers: KEY })).status).toBe(404);
    expect(await countMissing()).toBe(1);
  });

  it('a record whose body is gone is reported as well where a rendition cannot be made for want of its original', async () => {
    const put = await fetch(`${gateway.url}/native/v1/subjects/ada/image`, {
      method: 'PUT',
      headers: { ...KEY, 'content-type': 'image/jpeg' },
      body: new Uint8Array(await aJpeg({ width: 300, height: 301 })),
    });
    expect(put.status).toBeLessThan(300);
    for (const key of await bodies()) await store.objects.delete(key);
    const before = await countMissing();
    const customer = await fetch(gateway.url + CUSTOMER.path, { headers: CUSTOMER.headers });
    expect(customer.status).toBe(200);
    expect(await countMissing()).toBe(before + 1);
    expect(reports()).toHaveLength(before + 1);
  });
});
