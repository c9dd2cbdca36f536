import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { aJpeg } from '../support/pictures.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

const KEY = { authorization: 'Bearer demo-native-key' };
const IMAGE = '/native/v1/subjects/tom/image';

let folder: string;
let gateway: GatewayProcess;
let admin: { readonly url: string; readonly cookie: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-processes-'));
  const settings = join(folder, 'polyface.yaml');
  const demo = parse(await readFile(DEMO_FILE, 'utf8')) as Record<string, unknown>;
  await writeFile(settings, stringify({ ...demo, imaging: { workers: 2 }, limits: { unreadySeconds: 2 } }));
  const args = ['--config', settings, '--data-dir', join(folder, 'data'), '--processes', '2', '--welcome'];
  gateway = await startGatewayProcess(args);
  admin = await signIn(gateway);
});
afterAll(async () => {
  await gateway.end('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

async function signIn({ waitForOutput }: GatewayProcess): Promise<typeof admin> {
  const [, url = '', code = ''] = await waitForOutput(/(http:\S+)\/console\/#sign-in=(\S+)/);
  const response = await fetch(`${url}/admin/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-polyface-admin': '1', origin: url },
    body: JSON.stringify({ code }),
  });
  expect(response.status).toBeLessThan(300);
  return { url, cookie: String(response.headers.get('set-cookie')).split(';')[0] ?? '' };
}

async function ask(path: string): Promise<string> {
  const response = await fetch(`${admin.url}${path}`, { headers: { cookie: admin.cookie } });
  expect(response.status).toBe(200);
  return await response.text();
}

/** One request on a connection of its own, so that it may meet any process. */
function status(path: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  get(`${gateway.url}${path}`, { headers: KEY, agent: new Agent() }, (response) => {
    response
      .resume()
      .once('end', () => resolve(Number(response.statusCode)))
      .once('error', reject);
  }).once('error', reject);
  return promise;
}

/** The processes that serve: the supervisor's children. */
async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

describe('a gateway of two processes', () => {
  it('a gateway of two processes shows in one place what all of them did: metrics, requests, traffic', async () => {
    const [one, other] = await childrenOf(Number(gateway.child.pid));
    expect([one, other].every((pid) => Number(pid) > 0)).toBe(true);
    const body = await aJpeg({ width: 64, height: 64 });
    const put = await fetch(`${gateway.url}${IMAGE}`, {
      method: 'PUT',
      headers: { ...KEY, 'content-type': 'image/jpeg' },
      body: new Uint8Array(body),
    });
    expect(put.status).toBeLessThan(300);
    const statuses = [];
    for (let request = 0; request < 20; request += 1) statuses.push(await status(IMAGE));
    expect(new Set(statuses)).toEqual(new Set([200]));

    const counted = /polyface_requests_total\{.*method="GET",status="200".*\} (\d+)/.exec(
      await ask('/metrics'),
    );
    expect(counted?.[1]).toBe('20');
    const { items } = JSON.parse(await ask('/admin/v1/requests?limit=100')) as {
      items: { method: string }[];
    };
    expect(items.filter(({ method }) => method === 'GET')).toHaveLength(20);
    const { minutes } = JSON.parse(await ask('/admin/v1/overview')) as { minutes: { requests: number }[] };
    expect(minutes.reduce((sum, { requests }) => sum + requests, 0)).toBe(21);
    const processes = new Set(
      [...gateway.output().matchAll(/"process":(\d)[^\n]*"request"/g)].map(([, index]) => index),
    );
    expect(processes).toEqual(new Set(['0', '1']));
  });

  it('a gateway of two processes replaces a process that was killed, and serves meanwhile', async () => {
    const before = await childrenOf(Number(gateway.child.pid));
    const victim = Number(before.at(-1));
    process.kill(victim, 'SIGKILL');
    await gateway.waitForOutput(/process 1 ended \(SIGKILL\) and is replaced/);
    expect(await status(IMAGE)).toBe(200);
    let after = before;
    while (after.length < 2 || after.includes(victim)) {
      await pause(50);
      after = await childrenOf(Number(gateway.child.pid));
    }
    expect(after).not.toContain(victim);
    expect(await status(IMAGE)).toBe(200);
  });

  it('a gateway of two processes drains one process after the other at SIGTERM, the one with the console last, and serves requests meanwhile', async () => {
    const listening = () => [...gateway.output().matchAll(/"listening"/g)].length;
    // Both of the start, and the one that came in the place of the killed one.
    while (listening() < 3) await pause(50);
    const over = new AbortController();
    const outcomes: string[] = [];
    const asking = (async () => {
      while (!over.signal.aborted) {
        outcomes.push(
          await status(IMAGE).then(String, (cause: NodeJS.ErrnoException) => `failed: ${cause.code}`),
        );
      }
    })();
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended).toBe(0);
    over.abort();
    await asking;
    // Once the last process closes the port everything fails; before that nothing does.
    const served = outcomes.slice(0, outcomes.lastIndexOf('200') + 1);
    expect(served.filter((outcome) => outcome !== '200')).toEqual([]);
    const stops = [...gateway.output().matchAll(/"process":(\d)[^\n]*"stopping"/g)].map(([, index]) => index);
    expect(stops).toEqual(['1', '0']);
  });
});

describe('a start of several processes that cannot serve', () => {
  it('a start of several processes that cannot serve ends with the reason, said once, and leaves nothing behind', async () => {
    const settings = join(folder, 'empty.yaml');
    await writeFile(
      settings,
      (await readFile(DEMO_FILE, 'utf8')).replace(
        'demo: true',
        'demo: true\nstore: { kind: module, module: /nowhere/store.mjs, options: {} }',
      ),
    );
    const args = ['--config', settings, '--data-dir', join(folder, 'none'), '--processes', '2'];
    const failure = await startGatewayProcess(args).then(
      () => 'it starts',
      (cause: Error) => cause.message,
    );
    expect(failure).toMatch(/ended with 1/);
    expect(failure.match(/nowhere/g)).toHaveLength(1);
  });
});
