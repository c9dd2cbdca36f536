import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WireProfile } from '../../src/domain/index.ts';
import type { BackendSettings } from '../../src/settings/migration-settings.ts';
import type { LegacyDialect } from '../migration/support/legacy-clients.ts';
import { backendSettings } from '../migration/support/start-shim.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';
import { DEMO_CLIENTS, fixture } from './demo-clients.ts';
import { plainAnswer, problemsLike } from './golden-rows.ts';

const portrait = await fixture('portrait.jpg');
const profiles: readonly WireProfile[] = ['documented', 'observed'];

/** Takes connections and says nothing. */
let silent: Server;
const sockets = new Set<Socket>();

beforeAll(async () => {
  silent = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => sockets.delete(socket));
    socket.resume();
  }).listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  silent.close();
  await once(silent, 'close');
});

const cases = profiles.flatMap((profile) =>
  (['upstream-unavailable', 'upstream-timeout'] as const).map((kind) => ({ kind, profile })),
);

describe.each(cases)('a backend that is away ($kind), $profile', ({ kind, profile }) => {
  let gateway: DemoGateway;

  beforeAll(async () => {
    const port = kind === 'upstream-timeout' ? (silent.address() as AddressInfo).port : await closedPort();
    gateway = await startDemoGateway((demo) => ({
      ...demo,
      dialects: Object.fromEntries(
        Object.entries(demo.dialects).map(([name, dialect]) => [name, { ...dialect, profile }]),
      ),
      migration: { backends: backendsAt(`http://127.0.0.1:${port}`) },
    }));
  });
  afterAll(() => gateway.stop());

  it.each(DEMO_CLIENTS)('an unavailable backend is reported in the words of $dialect', async (client) => {
    const answer = await plainAnswer(await client.upload(gateway.url, portrait, 'portrait.jpg'));
    expect(problemsLike(answer, client.dialect, profile)).toContain(kind);
    // The folder for exchanges to be compared; there is none.
    expect(await gateway.leftovers()).toEqual([]);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  });
});

function backendsAt(baseUrl: string): BackendSettings[] {
  return DEMO_CLIENTS.map(({ dialect }) =>
    backendSettings(dialect as LegacyDialect, baseUrl, { timeoutSeconds: 0.3, settleSeconds: 0.1 }),
  );
}

/** A port on which no process listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
