import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { aJpeg } from '../support/pictures.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');
const run = promisify(execFile);

let folder: string;
let file: string;
let demo: string;
let gateway: GatewayProcess;
let adminUrl: string;
let token: string;

/** Runs a command against the running gateway; whatever the exit code, its output. */
async function polyface(...args: string[]): Promise<{ readonly code: number; readonly text: string }> {
  const env = { PATH: process.env.PATH ?? '', POLYFACE_ADMIN: adminUrl, POLYFACE_ADMIN_TOKEN: token };
  try {
    const { stdout, stderr } = await run(process.execPath, [PROGRAM, ...args], { env });
    return { code: 0, text: stdout + stderr };
  } catch (cause) {
    const { code, stdout, stderr } = cause as { code: number; stdout: string; stderr: string };
    return { code, text: stdout + stderr };
  }
}

async function read(key: string): Promise<number> {
  const response = await fetch(`${gateway.url}/v1/customers/1002`, { headers: { 'x-api-key': key } });
  await response.arrayBuffer();
  return response.status;
}

async function upload(file: Uint8Array<ArrayBuffer>): Promise<number> {
  const form = new FormData();
  form.append('image', new Blob([file]), 'a.jpg');
  const response = await fetch(`${gateway.url}/v1/customers/1002/images`, {
    method: 'PUT',
    headers: { 'x-api-key': 'demo-v1-key' },
    body: form,
  });
  await response.arrayBuffer();
  return response.status;
}

const withKey = (key: string) =>
  demo.replace(
    '      - { id: v1-readonly,',
    `      - { id: added, dialect: magicline-v1, kind: key, secret: { plain: ${key} } }\n      - { id: v1-readonly,`,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-reload-'));
  file = join(folder, 'polyface.yaml');
  demo = await readFile(DEMO_FILE, 'utf8');
  await writeFile(file, demo);
  const place = ['--config', file, '--data-dir', join(folder, 'data')];
  gateway = await startGatewayProcess(place);
  adminUrl = (await gateway.waitForOutput(/"url":"(http:\S+)\/console\/"/))[1] ?? '';
  token = (
    await run(process.execPath, [
      PROGRAM,
      'admin',
      'tokens',
      'create',
      '--label',
      'test',
      '--role',
      'operate',
      ...place,
    ])
  ).stdout.trim();
});

afterAll(async () => {
  await gateway.end();
  await rm(folder, { recursive: true, force: true });
});

describe('a reload of the settings', () => {
  it('a reload of the settings under load brings new credentials into effect and fails no request', async () => {
    const picture = new Uint8Array(await aJpeg({ width: 60, height: 40 }));
    expect(await upload(picture)).toBe(200);
    const statuses: number[] = [];
    const load = new AbortController();
    const clients = Array.from({ length: 6 }, async (_, client) => {
      while (!load.signal.aborted)
        statuses.push(client === 0 ? await upload(picture) : await read('demo-v1-key'));
    });
    for (const round of [1, 2, 3]) {
      expect(await read(`key-${round}`)).toBe(401);
      await writeFile(file, withKey(`key-${round}`));
      gateway.child.kill('SIGHUP');
      await gateway.waitForOutput(new RegExp(`(?:the changed settings are in effect[^]*){${round}}`));
      expect(await read(`key-${round}`)).toBe(200);
      if (round > 1) expect(await read(`key-${round - 1}`)).toBe(401);
    }
    load.abort();
    await Promise.all(clients);
    expect(statuses.length).toBeGreaterThan(6);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  it('a reload of the settings by a file that is wrong changes nothing and says where it is wrong', async () => {
    await writeFile(file, withKey('key-3').replace('timbu: {}', 'timbu: { profile: best }'));
    gateway.child.kill('SIGHUP');
    const [line = ''] = await gateway.waitForOutput(/.*the settings are wrong: nothing has changed.*/);
    const { faults } = JSON.parse(line) as { faults: string[] };
    expect(faults).toEqual([expect.stringMatching(/polyface\.yaml:\d+:\d+: .*profile/)]);
    const { code, text } = await polyface('reload');
    expect([code, text]).toEqual([1, expect.stringMatching(/polyface\.yaml:\d+:\d+: /)]);
    expect(await read('key-3')).toBe(200);
  });

  it('a reload of the settings is refused with the name of the setting that needs a restart, and changes nothing else', async () => {
    await writeFile(file, withKey('key-4').replace('dataDir:', 'limits: { maxConnections: 9 }\ndataDir:'));
    const { code, text } = await polyface('reload', '--reason', 'more room');
    expect(code).toBe(1);
    expect(text).toContain('limits.maxConnections can only change with a restart');
    expect([await read('key-4'), await read('key-3')]).toEqual([401, 200]);
  });

  it('a reload of the settings is shown as a difference without secrets before it is made, and named by a revision afterwards', async () => {
    await writeFile(file, withKey('key-5'));
    const preview = await polyface('reload', '--dry-run');
    expect(preview.text).toContain('tenants.demo.credentials.added.secret.plain');
    expect(preview.text).not.toMatch(/key-[35]/);
    expect(await read('key-5')).toBe(401);
    const applied = await polyface('reload', '--json');
    const { outcome, revision } = JSON.parse(applied.text) as { outcome: string; revision: string };
    expect(outcome).toBe('applied');
    expect(await read('key-5')).toBe(200);
    const overview = await fetch(`${adminUrl}/admin/v1/overview`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await overview.json()).toMatchObject({ gateway: { revision } });
    const again = await polyface('reload');
    expect(again.text).toContain(`no setting has changed, revision ${revision}`);
  });

  it('a reload of the settings is in the audit log, whether done, refused or failed', async () => {
    const { text } = await polyface('audit', 'list', '--json');
    const entries = (
      JSON.parse(text) as { action: string; actor: string; result: string; reason?: string }[]
    ).filter(({ action }) => action === 'settings.reload');
    expect(entries.map(({ actor, result }) => `${actor.split(':')[0]} ${result}`)).toEqual([
      'token done',
      'token refused',
      'token failed',
      'signal failed',
      'signal done',
      'signal done',
      'signal done',
    ]);
    expect(entries[1]).toMatchObject({ reason: 'more room' });
  });
});
