import { EventEmitter } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AdminProblem } from '../../src/admin/admin-problem.ts';
import type { AdminCall } from '../../src/admin/api/route.ts';
import { beginEvents } from '../../src/admin/api/route.ts';
import type { OperatorAuthenticator } from '../../src/admin/authenticate-operator.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { type AdminGateway, startAdminGateway } from './start-admin.ts';

const DAY_MS = 86_400_000;

let here: AdminGateway;
let there: AdminGateway;
let aheadMs = 0;
beforeAll(async () => {
  const overrides = { store: createMemoryStore(), clock: { nowMs: () => Date.now() + aheadMs } };
  here = await startAdminGateway((demo) => demo, overrides);
  there = await startAdminGateway((demo) => demo, overrides);
});
afterAll(async () => {
  await here.gateway.stop();
  await there.gateway.stop();
});

describe('a session of the console that was opened with a token', () => {
  it('a session of the console ends when its token is revoked at another gateway, and makes no token after that', async () => {
    const { id, cookie } = await signIn({ role: 'admin' });
    const headers = { cookie, 'x-polyface-admin': '1' };
    expect((await here.call('GET', '/session', { headers })).status).toBe(200);
    expect((await there.call('DELETE', `/tokens/${id}`, { token: there.tokens.admin })).status).toBe(204);
    expect((await here.call('GET', '/session', { headers })).status).toBe(401);
    const body = { label: 'mine', role: 'admin' };
    expect((await here.call('POST', '/tokens', { headers, body })).status).toBe(401);
  });

  it('a session of the console ends with its token, and so does its cookie', async () => {
    const { cookie, expires } = await signIn({ role: 'read', expiresInDays: 0.25 });
    expect(expires - Date.now()).toBeLessThanOrEqual(DAY_MS / 4);
    expect((await here.call('GET', '/session', { headers: { cookie } })).status).toBe(200);
    aheadMs = DAY_MS / 4;
    expect((await here.call('GET', '/session', { headers: { cookie } })).status).toBe(401);
    aheadMs = 0;
  });

  it('a stream of events ends when the credential of its operator is no longer good', async () => {
    jest.useFakeTimers();
    const response = Object.assign(new EventEmitter(), {
      writeHead: jest.fn(),
      write: jest.fn(),
      end: jest.fn(),
    });
    const results: (() => Promise<never>)[] = [
      () => Promise.reject(new Error('the store does not answer')),
      () => Promise.reject(new AdminProblem(401, 'not any more')),
    ];
    const authenticator = { authenticateAgain: () => results.shift()?.() };
    beginEvents({ authenticator: authenticator as unknown as OperatorAuthenticator }, {
      request: new EventEmitter(),
      response,
    } as unknown as AdminCall);
    await jest.advanceTimersByTimeAsync(15_000);
    expect(response.end).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(15_000);
    expect(response.end).toHaveBeenCalledTimes(1);
    jest.useRealTimers();
  });

  it('a stream of events for a client who has left already begins no heartbeat', async () => {
    jest.useFakeTimers();
    const response = Object.assign(new EventEmitter(), { writeHead: jest.fn(), write: jest.fn() });
    const authenticator = { authenticateAgain: () => Promise.reject(new Error('not asked')) };
    const left = jest.fn();
    beginEvents({ authenticator: authenticator as unknown as OperatorAuthenticator }, {
      request: Object.assign(new EventEmitter(), { destroyed: true }),
      response,
    } as unknown as AdminCall).onLeave(left);
    expect([left.mock.calls.length, jest.getTimerCount()]).toEqual([1, 0]);
    jest.useRealTimers();
  });
});

/** Makes a token and signs a browser in with it. */
async function signIn(order: { readonly role: string; readonly expiresInDays?: number }) {
  const made = await here.call('POST', '/tokens', {
    token: here.tokens.admin,
    body: { label: 'ana', ...order },
  });
  const { id, token } = made.body as { id: string; token: string };
  const { headers } = await here.call('POST', '/session', { body: { token } });
  const [cookie = '', ...attributes] = (headers.get('set-cookie') ?? '').split('; ');
  const expires = attributes.find((one) => one.startsWith('Expires='))?.slice(8) ?? '';
  return { id, cookie, expires: Date.parse(expires) };
}
