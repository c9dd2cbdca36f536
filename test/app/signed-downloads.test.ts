import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { DEMO_CLIENTS, fixture } from '../contract/demo-clients.ts';
import { type ChangeSettings, type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

const [capillary, v1] = DEMO_CLIENTS;
if (!capillary || !v1) throw new Error('dialects are expected');

/** Moves with the test, not with the wall. */
const clock = { now: Date.now(), nowMs: () => clock.now };
const SECOND = 1000;
const keys = { old: { id: 'old', secret: 'o'.repeat(32) }, fresh: { id: 'fresh', secret: 'f'.repeat(32) } };

const download = (gateway: DemoGateway, path: string) => request(gateway.url).get(path);

async function pathOf(client: typeof v1, gateway: DemoGateway): Promise<string> {
  const address = await client?.address(gateway.url);
  if (address === undefined) throw new Error('there is no picture');
  expect(address.startsWith(`${gateway.url}/`)).toBe(true);
  return address.slice(gateway.url.length);
}

describe('the address of a picture', () => {
  let gateway: DemoGateway;

  beforeAll(async () => {
    gateway = await startDemoGateway(undefined, { clock });
    expect((await v1.upload(gateway.url, await fixture('portrait.jpg'), 'portrait.jpg')).status).toBe(200);
  });
  afterAll(() => gateway.stop());

  it.each([
    ['v1', v1, 900],
    ['Capillary', capillary, 3600],
  ])(
    'the address of a picture of %s is good to its last second and forbidden after it',
    async (_name, client, ttlSeconds) => {
      const path = await pathOf(client, gateway);
      clock.now += ttlSeconds * SECOND - SECOND;
      await download(gateway, path).expect(200);
      clock.now += 2 * SECOND;
      await download(gateway, path).expect(403);
    },
  );

  it('the address of a picture answers 403 once a letter of it was changed', async () => {
    const path = await pathOf(v1, gateway);
    const altered = path.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    await download(gateway, altered).expect(403);
    await download(gateway, `${path}A`).expect(403);
    await download(gateway, path.slice(0, -1)).expect(403);
  });

  it('the address of a picture sends the picture with headers that keep it private and harmless', async () => {
    const { headers } = await download(gateway, await pathOf(v1, gateway)).expect(200);
    expect(headers).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    expect(headers['cache-control']).toMatch(/^private\b/);
    expect(headers.etag).toMatch(/^"[^"]+"$/);
  });

  it('the address of a picture answers 304 to a client that has the picture, and the picture to any other', async () => {
    const path = await pathOf(v1, gateway);
    const { headers } = await download(gateway, path);
    const { body } = await download(gateway, path)
      .set('If-None-Match', headers.etag ?? '')
      .expect(304);
    expect(body).toEqual({});
    await download(gateway, path).set('If-None-Match', '"another"').expect(200);
  });

  it('the address of a picture gives the head alone to HEAD', async () => {
    const path = await pathOf(v1, gateway);
    const whole = await download(gateway, path);
    const { headers } = await request(gateway.url).head(path).expect(200);
    expect([headers.etag, headers['content-length']]).toEqual([
      whole.headers.etag,
      whole.headers['content-length'],
    ]);
  });

  it('the address of a picture gives ranges that make up the whole', async () => {
    const path = await pathOf(v1, gateway);
    const whole: Buffer = (await download(gateway, path)).body;
    const part = async (range: string) => {
      const answer = await download(gateway, path).set('Range', range).expect(206);
      return { bytes: answer.body as Buffer, range: answer.headers['content-range'] };
    };
    const first = await part('bytes=0-999');
    const rest = await part('bytes=1000-');
    expect(first.range).toBe(`bytes 0-999/${whole.byteLength}`);
    expect(Buffer.concat([first.bytes, rest.bytes]).equals(whole)).toBe(true);
    expect((await part('bytes=-10')).bytes.equals(whole.subarray(-10))).toBe(true);
    await download(gateway, path).set('Range', `bytes=${whole.byteLength}-`).expect(416);
  });

  it('the address of a picture is refused to other methods', async () => {
    const { headers } = await request(gateway.url)
      .post(await pathOf(v1, gateway))
      .expect(405);
    expect(headers.allow).toBe('GET, HEAD');
  });

  it('the address of a picture answers 404 once the picture was replaced', async () => {
    const path = await pathOf(v1, gateway);
    expect((await v1.upload(gateway.url, await fixture('logo.png'), 'logo.png')).status).toBe(200);
    await download(gateway, path).expect(404);
    await download(gateway, await pathOf(v1, gateway)).expect(200);
  });
});

describe('a signing key', () => {
  it('a signing key can be rotated: what the old one signed stays good while both are there', async () => {
    const portrait = await fixture('portrait.jpg');
    const digests: string[] = [];
    const before = await startDemoGateway(signingWith([keys.old]));
    await v1.upload(before.url, portrait, 'portrait.jpg');
    const signedByOld = new URL((await v1.address(before.url)) ?? '').pathname;
    const { dataDir } = before;
    const seen = await download(before, signedByOld).expect(200);
    digests.push(sha256(seen.body as Buffer));
    await before.end();

    const rotating = await startDemoGateway(signingWith([keys.fresh, keys.old], dataDir));
    digests.push(sha256((await download(rotating, signedByOld).expect(200)).body as Buffer));
    const signedByFresh = new URL((await v1.address(rotating.url)) ?? '').pathname;
    await rotating.end();

    const after = await startDemoGateway(signingWith([keys.fresh], dataDir));
    await download(after, signedByOld).expect(403);
    digests.push(sha256((await download(after, signedByFresh).expect(200)).body as Buffer));
    await after.stop();
    await before.stop();
    expect(new Set(digests).size).toBe(1);
  });
});

function signingWith(given: readonly { id: string; secret: string }[], dataDir?: string): ChangeSettings {
  return (demo) => ({
    ...demo,
    ...(dataDir === undefined ? {} : { dataDir }),
    publicUrl: 'http://images.example',
    downloads: { ...demo.downloads, keys: given },
  });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
