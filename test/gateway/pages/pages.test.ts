import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type RunningGateway, startGateway } from '../support/start-gateway.ts';

let gateway: RunningGateway;
let isReady = true;

beforeAll(async () => {
  gateway = await startGateway({
    ready: async () => {
      if (!isReady) throw new Error('the store is away');
    },
    settings: { cors: { origins: ['https://app.example'] } },
  });
});
afterAll(() => gateway.stop());

const get = (path: string, headers: Record<string, string> = {}) => fetch(gateway.url + path, { headers });

it('the gateway sends Strict-Transport-Security only where publicUrl is https, and for this host alone', async () => {
  expect((await get('/healthz')).headers.get('strict-transport-security')).toBeNull();
  const behindTls = await startGateway({ settings: { publicUrl: 'https://pictures.example' } });
  try {
    const { headers } = await fetch(`${behindTls.url}/healthz`);
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
  } finally {
    await behindTls.stop();
  }
});

describe("the gateway's own pages", () => {
  it("the gateway's own pages say that it lives, and whether it should get traffic", async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
    expect((await get('/readyz')).status).toBe(200);
    isReady = false;
    const away = await get('/readyz');
    expect([away.status, await away.json()]).toEqual([503, { status: 'unavailable' }]);
    isReady = true;
  });

  it("the gateway's own pages count requests by route and never by what a caller chose", async () => {
    await get('/plain/v1/people/someone-special');
    const text = await gateway.registry.metrics();
    expect(text).toContain(
      'polyface_requests_total{dialect="plain",route="/plain/v1/people/{id}",method="GET",status="401",problem="unauthenticated"} 1',
    );
    expect(text).not.toContain('someone-special');
  });

  it("the gateway's own pages serve each document with the address that was asked", async () => {
    const yaml = await get('/openapi/plain.yaml');
    const document = parse(await yaml.text()) as { servers: unknown; paths: Record<string, object> };
    // One path of it lies elsewhere, so all are whole.
    expect(document.servers).toEqual([{ url: gateway.url }]);
    expect(Object.keys(document.paths)).toContain('/elsewhere/explode');
    expect(Object.keys(document.paths)).toContain('/plain/v1/people/{id}');
    expect(document.paths['/elsewhere/explode']).not.toHaveProperty('servers');
    const json = (await (await get('/openapi/bare.json')).json()) as { servers: unknown };
    expect(json.servers).toEqual([{ url: gateway.url }]);
  });

  it("the gateway's own pages are not sent again to a client that has them", async () => {
    const first = await get('/openapi/plain.yaml');
    const etag = first.headers.get('etag') ?? '';
    const again = await fetch(`${gateway.url}/openapi/plain.yaml`, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await get('/openapi/bare.yaml')).headers.get('etag')).not.toBe(etag);
  });

  it.each(['/openapi/unheard-of.yaml', '/openapi/%zz.yaml', '/openapi/plain.txt'])(
    "the gateway's own pages leave %s to the dialects",
    async (path) => {
      const answer = await get(path);
      expect([answer.status, await answer.json()]).toEqual([404, { bare: 'route-not-found' }]);
    },
  );

  it("the gateway's own pages have no documents where the settings switch them off", async () => {
    const silent = await startGateway({ settings: { docs: false } });
    for (const path of ['/openapi/plain.yaml', '/openapi/plain.json']) {
      expect((await fetch(silent.url + path)).status).toBe(404);
    }
    await silent.stop();
  });

  it("the gateway's own pages leave the metrics to the admin port", async () => {
    expect((await get('/metrics')).status).toBe(404);
  });

  it("the gateway's own pages carry the headers of a careful server", async () => {
    const { headers } = await get('/healthz');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('pages of other origins', () => {
  const preflight = (origin: string, method: string) =>
    fetch(`${gateway.url}/plain/v1/people/ada/pictures`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'x-plain-key',
      },
    });

  it('pages of other origins may call where the settings name them', async () => {
    const allowed = await preflight('https://app.example', 'PUT');
    expect([allowed.status, Object.fromEntries(allowed.headers)]).toEqual([
      204,
      expect.objectContaining({
        'access-control-allow-origin': 'https://app.example',
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'x-plain-key',
      }),
    ]);
    const refused = await get('/plain/v1/people/ada', { origin: 'https://app.example' });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([
      401,
      'https://app.example',
    ]);
  });

  it('pages of other origins may not where they are not named, and OPTIONS is a method like any other', async () => {
    const answer = await preflight('https://evil.example', 'PUT');
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([405, null]);
  });
});
