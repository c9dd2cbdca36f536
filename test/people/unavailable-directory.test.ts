import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subjectKey } from '../../src/core/subject-key.ts';
import { type AdminGateway, startAdminGateway } from '../admin/start-admin.ts';
import { plainAnswer } from '../contract/golden-rows.ts';
import { problemRows } from '../support/dialects/fixture.ts';

const portrait = await readFile('test/fixtures/portrait.jpg');
const TILL = { authorization: 'Basic c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3' };
const SMARTSHEET = { authorization: 'Bearer demo-smartsheet-admin' };
const USER = '48569348493401201';

const ada = {
  id: 'ada',
  aliases: {
    'capillary-v2': '565039506',
    'magicline-v1': '1002',
    smartsheet: USER,
    timbu: 'ada',
    native: 'ada',
  },
};

describe('a user service that does not answer', () => {
  let service: Server;
  let isUp = true;
  let nowMs = Date.UTC(2026, 10, 29);
  let admin: AdminGateway;
  let gateway: AdminGateway['gateway'];
  let imageId: string;

  beforeAll(async () => {
    service = createServer((request, response) => {
      const { space, value } = Object.fromEntries(new URL(request.url ?? '', 'http://x').searchParams);
      const known = ['id ada', ...Object.entries(ada.aliases).map(([name, id]) => `alias/${name} ${id}`)];
      if (!isUp) response.writeHead(500).end();
      else if (known.includes(`${space} ${value}`)) response.end(JSON.stringify(ada));
      else response.writeHead(404).end();
    });
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/people`;
    const keeps = { timeoutSeconds: 2, keepSeconds: 60, keepMissesSeconds: 30, staleSeconds: 60 };
    admin = await startAdminGateway(
      (demo) => ({ ...demo, people: { directories: [{ kind: 'http', url, ...keeps }] } }),
      { clock: { nowMs: () => nowMs } },
    );
    ({ gateway } = admin);
    const put = await fetch(`${gateway.url}/2.0/users/${USER}/profileimage`, {
      method: 'POST',
      headers: { ...SMARTSHEET, 'content-type': 'image/jpeg' },
      body: portrait,
    });
    expect(put.status).toBe(200);
    const user = await fetch(`${gateway.url}/2.0/users/${USER}`, { headers: SMARTSHEET });
    imageId = ((await user.json()) as { profileImage: { imageId: string } }).profileImage.imageId;
    isUp = false;
    nowMs += 3_600_000;
  });
  afterAll(async () => {
    await gateway.stop();
    service.closeAllConnections();
    service.close();
  });

  const picture = { 'content-type': 'image/jpeg' };
  const json = { 'content-type': 'application/json' };
  const urls = () => JSON.stringify([{ imageId }]);
  const post = `/2.0/users/${USER}/profileimage`;
  const native = { authorization: 'Bearer demo-native-key' };
  const timbu = { authorization: 'Bearer demo-timbu-ada' };
  const v1 = { 'x-api-key': 'demo-v1-key' };

  const asked: readonly {
    readonly dialect: string;
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: () => BodyInit;
  }[] = [
    { dialect: 'capillary-v2', method: 'GET', path: '/v2/customers/565039506?source=INSTORE', headers: TILL },
    { dialect: 'magicline-v1', method: 'GET', path: '/v1/customers/1002', headers: v1 },
    { dialect: 'smartsheet', method: 'GET', path: `/2.0/users/${USER}`, headers: SMARTSHEET },
    {
      dialect: 'smartsheet',
      method: 'POST',
      path: '/2.0/imageurls',
      headers: { ...SMARTSHEET, ...json },
      body: urls,
    },
    {
      dialect: 'smartsheet',
      method: 'POST',
      path: post,
      headers: { ...SMARTSHEET, ...picture },
      body: () => new Uint8Array(portrait),
    },
    { dialect: 'timbu', method: 'GET', path: '/users/me', headers: timbu },
    { dialect: 'native', method: 'GET', path: '/native/v1/subjects/ada/image', headers: native },
  ];

  it.each(asked)(
    'a user service that does not answer is the backend that is not there: $method $path',
    async ({ dialect, path, body, ...sent }) => {
      const answer = await plainAnswer(
        await fetch(gateway.url + path, { ...sent, ...(body ? { body: body() } : {}) }),
      );
      // The row of the documented profile; both have the same status and the same words.
      const row = problemRows(dialect).find(({ problem }) => problem.kind === 'upstream-unavailable');
      const words = /"(?:title|message|errorMessage|detail)":"([^"]+)"/.exec(row?.body ?? '')?.[0];
      expect({ status: answer.status, body: answer.body }).toEqual({
        status: row?.status,
        body: expect.stringContaining(words ?? 'a row of its own'),
      });
    },
  );

  const person = `/people/demo/${subjectKey('demo', 'ada')}`;
  it.each([
    { method: 'GET', path: '/people?find=ada' },
    { method: 'GET', path: person },
    { method: 'GET', path: `${person}/merge?into=${subjectKey('demo', 'bob')}` },
    { method: 'POST', path: `${person}/merge`, body: { into: subjectKey('demo', 'bob') } },
    { method: 'POST', path: `${person}/aliases`, body: { dialect: 'timbu', alias: 'lovelace' } },
    { method: 'DELETE', path: `${person}/aliases`, body: { dialect: 'timbu', alias: 'ada' } },
    { method: 'POST', path: `${person}/erase`, body: { id: 'ada' } },
  ])(
    'a user service that does not answer is a bad gateway to the operator: $method $path',
    async ({ method, path, ...sent }) => {
      const answer = await admin.call(method, path, { token: admin.tokens.admin, ...sent });
      expect([answer.status, answer.body]).toEqual([
        502,
        expect.objectContaining({
          title: 'Bad Gateway',
          detail: expect.stringContaining('user service'),
        }),
      ]);
    },
  );
});
