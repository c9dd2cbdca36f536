import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fixture } from '../contract/demo-clients.ts';
import { AZURITE_ACCOUNT, AZURITE_KEY, startAzurite } from '../support/azurite.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'src/cli/polyface.ts');
const ONE = join(ROOT, 'config/production.example.yaml');
const MANY = join(ROOT, 'config/production-many.example.yaml');

function polyface(args: readonly string[], input = '') {
  const { status, stdout } = spawnSync(process.execPath, [PROGRAM, ...args], {
    input,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '' },
  });
  return { status, stdout };
}

async function uploadToV1(gateway: GatewayProcess, key: string): Promise<Response> {
  const form = new FormData();
  form.append('image', new Blob([new Uint8Array(await fixture('portrait.jpg'))]), 'portrait.jpg');
  return fetch(`${gateway.url}/v1/customers/4711/images`, {
    method: 'PUT',
    headers: { 'x-api-key': key },
    body: form,
  });
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-production-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ['one machine', ONE, ['POLYFACE_TILL_HASH', 'POLYFACE_CRM_KEY']],
  [
    'many machines',
    MANY,
    ['AZURE_STORAGE_CONNECTION_STRING', 'POLYFACE_DOWNLOAD_KEY', 'POLYFACE_REDIS_URL', 'POLYFACE_CRM_KEY'],
  ],
])('the example for %s', (_which, file, variables) => {
  it('the example file passes polyface check without its secrets, and is warned of the one thing to change later', () => {
    const { status, stdout } = polyface(['check', '--config', file, '--json']);
    expect(JSON.parse(stdout)).toEqual({
      faults: [],
      warnings: [expect.stringMatching(/yaml:\d+:21: tenants.0: with strictSubjects: false every id/)],
      unset: expect.arrayContaining(variables),
    });
    expect(status).toBe(0);
  });

  it('the example file names each variable that is not set when it is served', () => {
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'serve', '--config', file], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '' },
    });
    expect(status).toBe(1);
    for (const variable of variables)
      expect(stderr).toMatch(new RegExp(`:\\d+:\\d+: the environment variable ${variable} is not set`));
  });

  it('the example file holds no secret', async () => {
    expect(await readFile(file, 'utf8')).not.toMatch(/demo-|server123|plain: '?[^'$]/);
  });
});

it('the example for one machine serves uploads in both of its dialects', async () => {
  const wirePassword = '8a16a6b70505eb1f1ff7cdc0cd5559a8';
  const { stdout: hash } = polyface(['keys', 'hash'], wirePassword);
  const gateway = await startGatewayProcess(['--config', ONE, '--data-dir', join(folder, 'one'), '--init'], {
    POLYFACE_TILL_HASH: hash.trim(),
    POLYFACE_CRM_KEY: 'a-key-of-our-own',
  });
  try {
    expect((await uploadToV1(gateway, 'a-key-of-our-own')).status).toBe(200);
    const form = new FormData();
    form.append('FILE', new Blob([new Uint8Array(await fixture('portrait.jpg'))]), 'portrait.jpg');
    const till = await fetch(`${gateway.url}/v2/customers/565039506/setImage`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`acme.server:${wirePassword}`).toString('base64')}` },
      body: form,
    });
    expect(till.status).toBe(200);
  } finally {
    await gateway.end();
  }
});

it('the example for many machines serves a picture on one that was uploaded on another', async () => {
  const azurite = await startAzurite();
  const redisPort = await freePort();
  const redis = spawn('redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '']);
  const gateways: GatewayProcess[] = [];
  try {
    const env = {
      AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=${AZURITE_ACCOUNT};AccountKey=${AZURITE_KEY};BlobEndpoint=${azurite.endpoint};`,
      POLYFACE_DOWNLOAD_KEY: 'thirty-two-characters-or-more-of-it',
      POLYFACE_REDIS_URL: `redis://127.0.0.1:${redisPort}`,
      POLYFACE_CRM_KEY: 'a-key-of-our-own',
    };
    const start = async (name: string, ...args: string[]) => {
      const data = join(folder, name);
      const gateway = await startGatewayProcess(['--config', MANY, '--data-dir', data, ...args], env);
      gateways.push(gateway);
      return gateway;
    };
    const first = await start('first', '--init');
    const second = await start('second');
    expect((await uploadToV1(first, 'a-key-of-our-own')).status).toBe(200);
    const read = await fetch(`${second.url}/v1/customers/4711`, {
      headers: { 'x-api-key': 'a-key-of-our-own' },
    });
    const { imageUrl } = (await read.json()) as { readonly imageUrl: string };
    expect((await fetch(imageUrl)).headers.get('content-type')).toBe('image/jpeg');
  } finally {
    // SIGTERM would wait for the load balancer to hear of it.
    for (const gateway of gateways) await gateway.end('SIGKILL');
    redis.kill();
    await once(redis, 'exit');
    await azurite.stop();
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
