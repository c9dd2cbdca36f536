import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadDialects } from '../../../src/gateway/dialect-registry.ts';
import { createRouteTable, type RouteTable } from '../../../src/gateway/routes/route-table.ts';
import { FIXTURE_DIALECTS, FIXTURE_TENANT } from '../support/start-gateway.ts';

let routes: RouteTable;

beforeAll(async () => {
  routes = createRouteTable(await loadDialects({ dialects: FIXTURE_DIALECTS, tenants: [FIXTURE_TENANT] }));
});

function describeMatch(method: string, path: string): string {
  const match = routes.match(method, path);
  const name = match.loaded?.dialect.name ?? 'nobody';
  if (match.kind === 'operation') return `${name} ${match.documented.operationId}`;
  return match.kind === 'wrong-method' ? `${name} allows ${match.allow.join(' ')}` : `${name} knows nothing`;
}

describe('the route table', () => {
  it.each([
    ['PUT', '/plain/v1/people/1/pictures', 'plain putPictures'],
    ['GET', '/plain/v1/people/1', 'plain getPerson'],
    ['POST', '/people/1/face', 'bare putPicture'],
    ['GET', '/elsewhere/explode', 'plain explode'],
    ['GET', '/explode', 'plain explode'],
    ['HEAD', '/explode', 'plain explode'],
    ['HEAD', '/plain/v1/people/1/pictures', 'plain checkKey'],
    ['HEAD', '/plain/v1/never/heard/of', 'plain checkKey'],
  ])('%s %s is %s', (method, path, expected) => {
    expect(describeMatch(method, path)).toBe(expected);
  });

  it.each([
    ['DELETE', '/plain/v1/people/1/pictures', 'plain allows PUT'],
    ['DELETE', '/plain/v1/people/1', 'plain allows GET HEAD'],
    ['put', '/plain/v1/people/1/pictures', 'plain allows PUT'],
    ['GET', '/people/1/face', 'bare allows POST'],
  ])('%s %s: %s', (method, path, expected) => {
    expect(describeMatch(method, path)).toBe(expected);
  });

  it.each([
    ['/plain/v1/unknown', 'plain knows nothing'],
    ['/plain/v1', 'plain knows nothing'],
    ['/plain/v10/people/1', 'bare knows nothing'],
    ['/elsewhere/unknown', 'plain knows nothing'],
    ['/unknown', 'bare knows nothing'],
    ['/', 'bare knows nothing'],
  ])('the owner of the longest mount answers for %s', (path, expected) => {
    expect(describeMatch('GET', path)).toBe(expected);
  });

  it('the route table refuses two operations that claim one path', async () => {
    const [plain] = await loadDialects({ dialects: { plain: FIXTURE_DIALECTS.plain }, tenants: [] });
    expect(() => createRouteTable(plain ? [plain, plain] : [])).toThrow('claimed by');
  });

  it.each(['/images/d/{ticket}', '/images/{kind}/{id}', '/{a}/{b}/{c}'])(
    'the route table refuses a document whose path %s reaches into the reserved download path',
    async (template) => {
      const [plain] = await loadDialects({ dialects: { plain: FIXTURE_DIALECTS.plain }, tenants: [] });
      const [operation] = plain?.operations ?? [];
      if (!plain || !operation) throw new Error('the fixture has operations');
      const claiming = { ...plain, operations: [{ ...operation, template, prefixes: [''] }] };
      expect(() => createRouteTable([claiming])).toThrow('reserved for signed downloads');
    },
  );

  it('the route table lets a document have a path beside the reserved one', async () => {
    const [plain] = await loadDialects({ dialects: { plain: FIXTURE_DIALECTS.plain }, tenants: [] });
    const [operation] = plain?.operations ?? [];
    if (!plain || !operation) throw new Error('the fixture has operations');
    const beside = { ...plain, operations: [{ ...operation, template: '/images/{id}', prefixes: [''] }] };
    expect(createRouteTable([beside]).match('PUT', '/images/d').kind).toBe('operation');
  });
});
