import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type AdminGateway, startAdminGateway } from './start-admin.ts';

let admin: AdminGateway;
beforeAll(async () => {
  admin = await startAdminGateway((demo) => ({ ...demo, docs: true }));
});
afterAll(() => admin.gateway.stop());

/** Every path of the operator's side, and the paths that comparable programs serve to every caller. */
function listPaths(): readonly string[] {
  const { paths } = parse(readFileSync('openapi/admin.yaml', 'utf8')) as { paths: Record<string, object> };
  const api = Object.keys(paths).flatMap((path) => {
    const filled = path.replaceAll(/\{\w+\}/g, 'demo');
    return [`/admin/v1${filled}`, filled];
  });
  const pages = [
    '',
    'console',
    'console/',
    'console/index.html',
    'admin',
    'admin/v1',
    'admin/v1/openapi.yaml',
    'metrics',
  ];
  const usual = [
    'version',
    'info',
    'status',
    'debug',
    'config',
    'env',
    'api',
    'favicon.ico',
    'robots.txt',
    '.env',
    '.git/config',
  ];
  const own = [
    'healthz',
    'readyz',
    'docs',
    'docs/',
    'docs/timbu',
    'openapi/timbu.yaml',
    'openapi/timbu.json',
    'openapi/admin.yaml',
  ];
  return [...api, ...[...pages, ...usual, ...own].map((path) => `/${path}`)];
}

describe('the public port of a gateway with an admin port', () => {
  it('the public port of a gateway with an admin port serves the start page, health, the documentation and the dialects, and nothing else', async () => {
    const served: string[] = [];
    for (const path of listPaths()) {
      const response = await fetch(admin.gateway.url + path, { redirect: 'manual' });
      await response.arrayBuffer();
      if (response.status < 400) served.push(path);
    }
    expect([...new Set(served)].sort()).toEqual([
      '/',
      '/docs',
      '/docs/',
      '/docs/timbu',
      '/healthz',
      '/openapi/timbu.json',
      '/openapi/timbu.yaml',
      '/readyz',
    ]);
  });

  it('the public port of a gateway with an admin port tells in no page and no header which tenants, credentials and version there are', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    for (const path of listPaths()) {
      // The demo's documentation pages hand out the demo's credentials on purpose.
      if (path.startsWith('/docs') || path === '/') continue;
      const response = await fetch(admin.gateway.url + path, { redirect: 'manual' });
      const headers = JSON.stringify([...response.headers]);
      const text = path.startsWith('/openapi') ? '' : await response.text();
      for (const word of [version, 'smartsheet-admin', 'timbu-ada', 'x-powered-by', '"server"', '"demo"'])
        expect([path, `${headers}${text}`.includes(word)]).toEqual([path, false]);
    }
  });

  it('no refusal of any operation of any dialect tells a tenant, credential or version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const words = [
      version,
      'smartsheet-admin',
      'timbu-ada',
      'v1-readonly',
      'demo',
      'other.server',
      'store.server',
    ];
    const wrong: readonly Record<string, string>[] = [
      {},
      { authorization: 'Bearer nobody', 'x-api-key': 'nobody' },
      { authorization: `Basic ${Buffer.from('nobody:nothing').toString('base64')}` },
    ];
    const told: string[] = [];
    let refused = 0;
    for (const { operations } of admin.gateway.dialects) {
      for (const { method, template, prefixes } of operations) {
        for (const headers of wrong) {
          const path = `${prefixes[0] ?? ''}${template.replaceAll(/\{\w+\}/g, '1')}`;
          const response = await fetch(admin.gateway.url + path, {
            method: method.toUpperCase(),
            headers,
            redirect: 'manual',
          });
          const text = `${JSON.stringify([...response.headers])}${await response.text()}`;
          if (response.status >= 400) refused += 1;
          told.push(
            ...words.filter((word) => text.includes(word)).map((word) => `${method} ${path}: ${word}`),
          );
        }
      }
    }
    expect(told).toEqual([]);
    expect(refused).toBeGreaterThan(60);
  });
});
