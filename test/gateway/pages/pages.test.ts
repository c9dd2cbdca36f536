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

describe("the gateway's own pages", () => {
  it('say that it lives, and whether it should get traffic', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
    expect((await get('/readyz')).status).toBe(200);
    isReady = false;
    const away = await get('/readyz');
    expect([away.status, await away.json()]).toEqual([503, { status: 'unavailable' }]);
    isReady = true;
  });

  it('count requests by route and never by what a caller chose', async () => {
    await get('/plain/v1/people/someone-special');
    const text = await (await get('/metrics')).text();
    expect(text).toContain(
      'polyface_requests_total{dialect="plain",route="/plain/v1/people/{id}",method="GET",status="401",problem="unauthenticated"} 1',
    );
    expect(text).not.toContain('someone-special');
  });

  it('serve each document with the address that was asked', async () => {
    const yaml = await get('/openapi/plain.yaml');
    const document = parse(await yaml.text()) as {
      servers: unknown;
      paths: Record<string, { servers?: unknown }>;
    };
    expect(document.servers).toEqual([{ url: `${gateway.url}/plain/v1` }]);
    expect(document.paths['/explode']?.servers).toEqual([
      { url: `${gateway.url}/elsewhere` },
      { url: gateway.url },
    ]);
    const json = (await (await get('/openapi/bare.json')).json()) as { servers: unknown };
    expect(json.servers).toEqual([{ url: gateway.url }]);
  });

  it.each(['/openapi/unheard-of.yaml', '/openapi/%zz.yaml', '/openapi/plain.txt'])(
    'leave %s to the dialects',
    async (path) => {
      const answer = await get(path);
      expect([answer.status, await answer.json()]).toEqual([404, { bare: 'route-not-found' }]);
    },
  );

  it('carry the headers of a careful server', async () => {
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

  it('may call where the settings name them', async () => {
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

  it('may not where they are not named, and OPTIONS is a method like any other', async () => {
    const answer = await preflight('https://evil.example', 'PUT');
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([405, null]);
  });
});
