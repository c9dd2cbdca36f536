import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');
const run = promisify(execFile);

/** One of three gateways on one store, in a process of its own. */
interface Gateway {
  readonly process: GatewayProcess;
  readonly adminUrl: string;
}

let folder: string;
let place: readonly string[];
let token: string;
let gateways: Gateway[] = [];

async function start(): Promise<Gateway> {
  const started = await startGatewayProcess(place);
  const [, adminUrl = ''] = await started.waitForOutput(/"url":"(http:\S+)\/console\/"/);
  return { process: started, adminUrl };
}

async function polyface(...args: string[]): Promise<{ readonly code: number; readonly out: string }> {
  try {
    const { stdout } = await run(process.execPath, [PROGRAM, ...args, ...place]);
    return { code: 0, out: stdout };
  } catch (cause) {
    const { code, stdout } = cause as { code: number; stdout: string };
    return { code, out: stdout };
  }
}

async function call(gateway: Gateway): Promise<boolean> {
  const response = await fetch(`${gateway.process.url}/v1/customers/1002`, {
    headers: { 'x-api-key': 'demo-v1-key' },
  });
  await response.arrayBuffer();
  return response.ok;
}

/** Makes a key, which the audit log has to know of once the answer is out; its label where it was acknowledged. */
async function makeKey(gateway: Gateway, label: string): Promise<string | undefined> {
  const response = await fetch(`${gateway.adminUrl}/admin/v1/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ tenant: 'demo', dialect: 'timbu', label }),
  }).catch(() => undefined);
  if (response?.status !== 201) return undefined;
  const made = (await response.json().catch(() => undefined)) as { id: string } | undefined;
  return made?.id;
}

async function callsInUsage(read: () => Promise<string>): Promise<number> {
  const value = JSON.parse(await read()) as
    | { items: { calls: number; operation: string }[] }
    | { calls: number }[];
  const rows = Array.isArray(value) ? value : value.items;
  return rows.reduce((sum, { calls }) => sum + calls, 0);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-killed-'));
  place = ['--config', DEMO_FILE, '--data-dir', folder];
  gateways = [await start()];
  gateways.push(await start(), await start());
  token = (await polyface('admin', 'tokens', 'create', '--label', 'test', '--role', 'admin')).out.trim();
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.process.end('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

describe('of three gateways on one store', () => {
  let sent = 0;
  let acknowledgedCalls = 0;
  const acknowledgedKeys: string[] = [];

  it('every one of three gateways on one store writes its usage and its part of one audit chain', async () => {
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(
        gateways.map(async (gateway, at) => {
          sent += 1;
          expect(await call(gateway)).toBe(true);
          const id = await makeKey(gateway, `round ${round} of ${at}`);
          if (id !== undefined) acknowledgedKeys.push(id);
        }),
      );
    }
    expect(acknowledgedKeys).toHaveLength(15);
    const [first] = gateways;
    if (!first) throw new Error('three gateways are expected');
    // What the store shows is acknowledged; each gateway saves what it counted every two seconds.
    while (acknowledgedCalls < sent) {
      acknowledgedCalls = await callsInUsage(async () =>
        (
          await fetch(`${first.adminUrl}/admin/v1/usage`, { headers: { authorization: `Bearer ${token}` } })
        ).text(),
      );
    }
    expect(acknowledgedCalls).toBe(sent);
  });

  it('one of three gateways is killed in the middle of its work, all start anew, and nothing that was acknowledged is lost', async () => {
    const [, victim] = gateways;
    if (!victim) throw new Error('three gateways are expected');
    const work = Array.from({ length: 12 }, async (_, at) => {
      sent += 1;
      await call(victim).catch(() => false);
      const id = await makeKey(victim, `last ${at}`);
      if (id !== undefined) acknowledgedKeys.push(id);
      if (at === 5) victim.process.child.kill('SIGKILL');
    });
    await Promise.all(work);
    expect(await victim.process.ended).toBe('SIGKILL');
    for (const gateway of gateways) await gateway.process.end();
    gateways = [await start(), await start(), await start()];
    const { out: list } = await polyface('audit', 'list', '--json', '--limit', '200');
    const known = (JSON.parse(list) as { action: string; after?: { id?: string } }[]).flatMap(
      ({ after }) => after?.id ?? [],
    );
    expect(acknowledgedKeys.filter((id) => !known.includes(id))).toEqual([]);
    const calls = await callsInUsage(async () => (await polyface('census', '--json')).out);
    expect(calls).toBeGreaterThanOrEqual(acknowledgedCalls);
    expect(calls).toBeLessThanOrEqual(sent);
    expect(await polyface('audit', 'verify')).toMatchObject({
      code: 0,
      out: expect.stringContaining('intact'),
    });
  });

  it('a flipped byte of the audit log is found, at the entry that has it', async () => {
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of files.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const bytes = await readFile(path);
      const at = bytes.indexOf('"sequence":7,');
      if (at < 0 || !bytes.includes('"action"')) continue;
      const victim = bytes.indexOf('"actor":"') + '"actor":"'.length;
      bytes[victim] = (bytes[victim] ?? 0) ^ 1;
      await writeFile(path, bytes);
    }
    const { code, out } = await polyface('audit', 'verify');
    expect([code, out]).toEqual([1, expect.stringContaining('broken at entry 7')]);
  });
});
