import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

/** The only proxy that the settings trust; every other address is anybody's. */
const PROXY = '127.0.0.2';
const ANYBODY = '127.0.0.3';

let folder: string;
let gateway: GatewayProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-proxies-'));
  const config = join(folder, 'polyface.yaml');
  const changes = `trustedProxies: ['${PROXY}/32', '2001:db8::/32']\nrateLimits: { enabled: false }\n`;
  await writeFile(config, `${await readFile(DEMO_FILE, 'utf8')}\n${changes}`);
  gateway = await startGatewayProcess(['--config', config, '--data-dir', join(folder, 'data')]);
});
afterAll(async () => {
  await gateway.end();
  await rm(folder, { recursive: true, force: true });
});

/** Asks from an address of this machine. */
async function ask(from: string, path: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const { hostname, port } = new URL(gateway.url);
  const sent = httpRequest({ hostname, port, path, localAddress: from, headers, agent: false }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return answer;
}

async function statusFrom(from: string, client: string, authorization: string): Promise<number | undefined> {
  const answer = await ask(from, '/v2/customers/565039505?source=INSTORE', {
    authorization,
    'x-forwarded-for': client,
  });
  answer.resume();
  return answer.statusCode;
}

const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

async function serverAddress(from: string): Promise<string> {
  const answer = await ask(from, '/openapi/native.json', {
    'x-forwarded-for': '203.0.113.5',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'pictures.example',
  });
  const { servers } = (await json(answer)) as { servers: { url: string }[] };
  return new URL(servers[0]?.url ?? '').origin;
}

describe('what a proxy says of its clients', () => {
  it('a trusted proxy is believed about the address under which the gateway was asked', async () => {
    expect(await serverAddress(PROXY)).toBe('https://pictures.example');
  });

  it('a client that is not a trusted proxy is not believed', async () => {
    expect(await serverAddress(ANYBODY)).toBe(gateway.url);
  });

  it('the client that a trusted proxy names is the one whose wrong passwords have to wait', async () => {
    const guess = (from: string, client: string, round: number) =>
      statusFrom(from, client, basic('store.server', `guess ${from} ${round}`));
    for (const from of [PROXY, ANYBODY]) {
      // Another address each time does not help a client that is not believed.
      const clientOf = (round: number) => (from === PROXY ? '203.0.113.66' : `203.0.113.${round}`);
      const statuses: (number | undefined)[] = [];
      for (let round = 0; round < 12; round += 1) statuses.push(await guess(from, clientOf(round), round));
      expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
      expect(statuses.at(-1)).toBe(429);
    }
    // Another client behind the same proxy is not slowed by them.
    expect(await guess(PROXY, '203.0.113.77', 99)).toBe(401);
  });

  it("the log line has the client's address from a proxy, and only where the proxy is believed", async () => {
    await statusFrom(PROXY, '198.51.100.1, 2001:db8:ffff::1', 'Bearer no');
    await gateway.waitForOutput(/"clientAddress":"198\.51\.100\.1"/);
    await statusFrom(ANYBODY, '198.51.100.2', 'Bearer no');
    await gateway.waitForOutput(/"clientAddress":"127\.0\.0\.3"/);
    expect(gateway.output()).not.toContain('198.51.100.2');
  });

  it('the start says where rates are off that wrong passwords still have to wait', () => {
    expect(gateway.output()).toContain('rate limits are off; wrong passwords still have to wait');
  });
});
