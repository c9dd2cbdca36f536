import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { document } from './admin-document.ts';
import { type AdminGateway, startAdminGateway } from './start-admin.ts';

let admin: AdminGateway;
beforeAll(async () => {
  admin = await startAdminGateway();
});
afterAll(() => admin.gateway.stop());

describe('the roles of the admin API', () => {
  /** Every operation that changes something, out of the document; and what only a higher role may read. */
  const CHANGES = [
    ...Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((method) => method !== 'get' && path !== '/session')
        .map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'demo')] as const),
    ),
    ['GET', '/tokens'],
    ['GET', '/people/demo/0/pictures/0/original'],
    ['GET', '/migrations/demo/timbu/people/0/pictures/0/backend'],
  ] as const;

  it.each(CHANGES)('%s %s is refused to the role read', async (method, path) => {
    const { status } = await admin.call(method, path, {
      token: admin.tokens.read,
      ...(method === 'GET' ? {} : { body: { kind: 'gc', label: 'x', role: 'admin' } }),
    });
    expect(status).toBe(403);
  });

  const FOR_ADMINS = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { summary }]) => /role admin/.test(summary))
      .map(([method]) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '0')] as const),
  );
  it('the document reserves keys, tokens, pictures and erasures to the role admin', () => {
    expect(FOR_ADMINS.map((one) => one.join(' ')).sort()).toEqual([
      'DELETE /tokens/0',
      'GET /migrations/0/0/people/0/pictures/0/0',
      'GET /people/0/0/pictures/0/0',
      'GET /tokens',
      'POST /keys',
      'POST /keys/import',
      'POST /people/0/0/erase',
      'POST /tokens',
    ]);
  });

  it.each(FOR_ADMINS)('%s %s is refused to the role operate', async (method, path) => {
    const body = method === 'POST' ? { body: { tenant: 'demo', dialect: 'native' } } : {};
    expect((await admin.call(method, path, { token: admin.tokens.operate, ...body })).status).toBe(403);
  });
});
