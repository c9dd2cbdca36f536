import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type DemoGateway, startDemoGateway } from '../../support/start-gateway.ts';

let gateway: DemoGateway;
beforeAll(async () => {
  gateway = await startDemoGateway((demo) => ({
    ...demo,
    rateLimits: { enabled: true, publicCalls: { limit: 3, windowSeconds: 3600 } },
  }));
});
afterAll(() => gateway.stop());

async function guess(secret: string): Promise<Response> {
  return fetch(`${gateway.url}/v3/oauth/token/generate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: `made-up-${secret}`, secret }),
  });
}

it('the gateway slows guesses at the token endpoint per address and not per key, in the words of the dialect', async () => {
  for (const secret of ['a', 'b', 'c']) expect((await guess(secret)).status).toBe(401);
  const refused = await guess('d');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3500);
  expect(await refused.json()).toEqual({
    warnings: [],
    errors: [{ status: false, code: 429, message: 'Rate limit exceeded' }],
  });
  // No credential is at fault, so clients that present one are served.
  const read = await fetch(`${gateway.url}/2.0/users/me`, {
    headers: { authorization: 'Bearer demo-smartsheet-jane' },
  });
  expect(read.status).toBe(200);
});
