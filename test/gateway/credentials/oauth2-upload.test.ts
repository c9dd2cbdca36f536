import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type RunningDemo, startDemo } from '../../isolation/running-demo.ts';
import { demo } from '../../isolation/sides.ts';
import { aPng } from '../../support/pictures.ts';
import { type Oauth2Server, startOauth2Server } from './oauth2-server.ts';

const jane = '48569348493401200';
const ada = '48569348493401201';
let server: Oauth2Server;
let running: RunningDemo;

beforeAll(async () => {
  server = await startOauth2Server();
  running = await startDemo((settings) => ({
    ...settings,
    dialects: { smartsheet: { profile: 'documented', options: {} } },
    tenants: settings.tenants.map((tenant) => ({
      ...tenant,
      dialects: {},
      credentials: [
        {
          id: 'login',
          dialect: 'smartsheet',
          kind: 'jwt-issuer',
          scopes: ['WRITE_SHEETS', 'READ_USERS', 'ADMIN_USERS'],
          issuer: server.issuer,
          audience: `urn:${tenant.id}`,
          jwksUri: server.jwksUri,
          algorithms: ['RS256'],
        },
      ],
    })),
  }));
});
afterAll(async () => {
  await running.stop();
  await server.stop();
});

it('the gateway lets a person who logged in at an OAuth2 server change their own Smartsheet picture and no other', async () => {
  const token = await server.accessToken(jane, ['WRITE_SHEETS'], 'urn:demo');
  const body = new Uint8Array(await aPng());
  const upload = async (user: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'image/png' };
    const attempt = { method: 'POST', path: `/2.0/users/${user}/profileimage`, headers, body };
    const { status, text } = await running.ask(attempt, demo, 'smartsheet');
    return [status, (JSON.parse(text) as { errorCode?: number }).errorCode];
  };
  await expect(upload(jane)).resolves.toEqual([200, undefined]);
  await expect(upload(ada)).resolves.toEqual([403, 1004]);
});

it('the gateway lets an administrator among them change others’', async () => {
  const token = await server.accessToken(jane, ['WRITE_SHEETS', 'ADMIN_USERS'], 'urn:demo');
  const attempt = {
    method: 'POST',
    path: `/2.0/users/${ada}/profileimage`,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'image/png' },
    body: new Uint8Array(await aPng()),
  };
  await expect(running.ask(attempt, demo, 'smartsheet')).resolves.toMatchObject({ status: 200 });
});

it('the gateway takes a token for the other tenant’s audience to the other tenant, where the person is unknown', async () => {
  const token = await server.accessToken(jane, ['WRITE_SHEETS'], 'urn:other');
  const attempt = { method: 'GET', path: '/2.0/users/me', headers: { authorization: `Bearer ${token}` } };
  await expect(running.ask(attempt, demo, 'smartsheet')).resolves.toMatchObject({ status: 404 });
});
