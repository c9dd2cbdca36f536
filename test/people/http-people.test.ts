import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { subjectKey } from '../../src/core/subject-key.ts';
import { createHttpPeople } from '../../src/people/http-people.ts';
import type { PeopleSource } from '../../src/people/people-source.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';
import { problemOf } from './registry-rig.ts';

const ada = {
  id: 'ada',
  aliases: { native: 'ada-1', timbu: 'ada-2' },
  identifiers: { externalId: 'X' },
  profile: { firstName: 'Ada', email: 'Ada@example.com' },
};

/** A user service that knows Ada. */
let server: Server;
let url: string;
let calls: string[];
let conduct: 'answers' | 'fails' | 'hangs' | 'redirects' | 'rubbish';

beforeAll(async () => {
  server = createServer((request, response) => {
    const address = new URL(request.url ?? '', 'http://x');
    const { tenant, space, value } = Object.fromEntries(address.searchParams);
    calls.push(`${tenant} ${space} ${value} ${request.headers.authorization}`);
    if (conduct === 'hangs') return;
    if (conduct === 'fails') response.writeHead(503).end();
    else if (conduct === 'redirects') response.writeHead(302, { location: '/elsewhere' }).end();
    else if (conduct === 'rubbish') response.writeHead(200).end('{"id":7}');
    else {
      const known = ['id ada', 'alias/native ada-1', 'alias/timbu ada-2', 'identifier/email ada@example.com'];
      const isKnown = tenant === 'demo' && known.includes(`${space} ${value}`);
      response.writeHead(isKnown ? 200 : 404).end(isKnown ? JSON.stringify(ada) : '');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/people`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});
beforeEach(() => {
  calls = [];
  conduct = 'answers';
});

const SETTINGS = {
  kind: 'http',
  token: 'secret',
  timeoutSeconds: 1,
  keepSeconds: 300,
  keepMissesSeconds: 30,
  staleSeconds: 86_400,
} as const;

describe('people of a user service', () => {
  let nowMs = 0;
  let people: PeopleSource;
  let records: Record<string, string>;

  beforeEach(() => {
    nowMs = 1_000;
    records = {};
    people = createHttpPeople({
      settings: { ...SETTINGS, url },
      dialects: new Set(['native', 'timbu']),
      subjectKey,
      subjectIdOf: async (_tenant, key) => records[key] ?? '',
      clock: { nowMs: () => nowMs },
    });
  });

  it('people of a user service are found by ids and identifiers, and by key once they have a record', async () => {
    const key = subjectKey('demo', 'ada');
    expect(await people.byAlias('demo', 'native', 'ada-1')).toMatchObject({ id: 'ada', key });
    expect(await people.byAlias('demo', 'native', 'ada-2')).toBeUndefined();
    expect(await people.byAlias('other', 'native', 'ada-1')).toBeUndefined();
    expect(await people.byIdentifier('demo', 'email', 'ADA@example.com')).toMatchObject({ id: 'ada' });
    expect(await people.byKey('demo', key)).toBeUndefined();
    records[key] = 'ada';
    expect(await people.byKey('demo', key)).toMatchObject({ id: 'ada' });
    expect(calls[0]).toBe('demo alias/native ada-1 Bearer secret');
  });

  it('people of a user service are asked for once by many at once, and again when the answer is old', async () => {
    const ask = () => people.byAlias('demo', 'native', 'ada-1');
    await Promise.all([ask(), ask(), ask()]);
    nowMs += 299_000;
    await ask();
    expect(calls).toHaveLength(1);
    nowMs += 2_000;
    await ask();
    expect(calls).toHaveLength(2);
    await people.byAlias('demo', 'native', 'nobody');
    nowMs += 29_000;
    await people.byAlias('demo', 'native', 'nobody');
    expect(calls).toHaveLength(3);
    nowMs += 2_000;
    await people.byAlias('demo', 'native', 'nobody');
    expect(calls).toHaveLength(4);
  });

  it.each(['fails', 'hangs', 'redirects', 'rubbish'] as const)(
    'people of a user service are those of the last day while the service %s, and unknown after that',
    async (trouble) => {
      await people.byAlias('demo', 'native', 'ada-1');
      await people.byAlias('demo', 'native', 'nobody');
      conduct = trouble;
      nowMs += 3_600_000;
      expect(await people.byAlias('demo', 'native', 'ada-1')).toMatchObject({ id: 'ada' });
      expect(await problemOf(people.byAlias('demo', 'native', 'nobody'))).toBe('upstream-unavailable');
      expect(await problemOf(people.byAlias('demo', 'timbu', 'ada-2'))).toBe('upstream-unavailable');
      nowMs += 86_400_000;
      expect(await problemOf(people.byAlias('demo', 'native', 'ada-1'))).toBe('upstream-unavailable');
    },
  );
});

describe('a gateway with a user service', () => {
  let gateway: DemoGateway;

  beforeAll(async () => {
    conduct = 'answers';
    gateway = await startDemoGateway((demo) => ({
      ...demo,
      people: { directories: [{ kind: 'settings' }, { kind: 'records' }, { ...SETTINGS, url }] },
    }));
  });
  afterAll(() => gateway.stop());

  const imageOf = async (id: string) => {
    const answer = await fetch(`${gateway.url}/native/v1/subjects/${id}/image`, {
      headers: { authorization: 'Bearer demo-native-key' },
    });
    return [answer.status, ((await answer.json()) as { type: string }).type.split(':').at(-1)];
  };

  it('a gateway with a user service knows its people, and answers 502 while the service does not answer', async () => {
    expect(await imageOf('tom')).toEqual([404, 'image-not-found']);
    expect(calls).toEqual([]);
    expect(await imageOf('ada-1')).toEqual([404, 'image-not-found']);
    expect(await imageOf('nobody')).toEqual([404, 'subject-not-found']);
    conduct = 'fails';
    expect(await imageOf('somebody')).toEqual([502, 'upstream-unavailable']);
  });
});
