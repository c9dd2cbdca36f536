import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');

let home: string;
let dataDir: string;
let gateway: GatewayProcess;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'polyface-away-'));
  dataDir = join(home, 'data');
  gateway = await startGatewayProcess(['--config', DEMO_FILE, '--data-dir', dataDir]);
  const answer = await fetch(`${gateway.url}/v1/customers/1002/images`, {
    method: 'PUT',
    headers: { 'x-api-key': 'demo-v1-key' },
    body: await upload(),
  });
  expect(answer.status).toBe(200);
});
afterAll(async () => {
  await gateway.end();
  await rm(home, { recursive: true, force: true });
});

async function upload(): Promise<FormData> {
  const form = new FormData();
  const picture = await readFile(join(import.meta.dirname, '../fixtures/camera.jpg'));
  form.set('image', new Blob([picture], { type: 'image/jpeg' }), 'camera.jpg');
  return form;
}

/** Runs a command as an operator would. */
function polyface(...args: string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [PROGRAM, ...args], { timeout: 20_000 }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: stdout + stderr });
    });
  });
}

const status = async (path: string, headers: Record<string, string> = {}) =>
  (await fetch(`${gateway.url}${path}`, { headers })).status;
const readPicture = () => status('/v1/customers/1002', { 'x-api-key': 'demo-v1-key' });
const demo = () => ['--config', DEMO_FILE, '--data-dir', dataDir];

describe.each(['records', 'objects'])('a store whose %s are away', (half) => {
  const place = () => join(dataDir, 'store', half);
  const elsewhere = () => join(home, half);

  afterEach(async () => {
    if (!existsSync(elsewhere())) return;
    if (existsSync(place())) await rmdir(place());
    await rename(elsewhere(), place());
  });

  it.each([
    ['the folder is gone', false],
    ['an empty mount point stands in its place', true],
  ])(
    'a store that is away is neither ready nor empty while %s, and serves again once it is back',
    async (_, mountPoint) => {
      expect([await status('/readyz'), await readPicture()]).toEqual([200, 200]);
      await rename(place(), elsewhere());
      if (mountPoint) await mkdir(place());
      expect(await status('/readyz')).toBe(503);
      if (half === 'records') expect(await readPicture()).toBe(503);
      const says = mountPoint ? 'mount or restore' : place();
      for (const command of [['gc'], ['serve', '--init', '--port', '0']]) {
        const { code, output } = await polyface(...command, ...demo());
        expect([code, output]).toEqual([1, expect.stringContaining(says)]);
      }
      if (mountPoint) await rmdir(place());
      await rename(elsewhere(), place());
      expect([await status('/readyz'), await readPicture()]).toEqual([200, 200]);
    },
  );
});

describe('a command on a store that is not there', () => {
  it.each([
    ['gc'],
    ['fsck'],
    ['keys', 'list'],
    ['backup', '--to', join(tmpdir(), 'polyface-backup-of-nothing')],
  ])('a command on a store that is not there fails and makes nothing: %s', async (...command) => {
    const mistyped = join(home, 'dtaa');
    const { code, output } = await polyface(...command, '--config', DEMO_FILE, '--data-dir', mistyped);
    expect([code, output]).toEqual([1, expect.stringContaining(`there is no store here: ${mistyped}`)]);
    expect(existsSync(mistyped)).toBe(false);
    expect(existsSync(join(tmpdir(), 'polyface-backup-of-nothing'))).toBe(false);
  });

  it('polyface serve heeds SIGTERM while it waits for a store that never answers', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const settings = join(home, 'silent.yaml');
    const store = {
      kind: 's3',
      bucket: 'pictures',
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      pathStyle: true,
    };
    const credential = { kind: 'static', accessKeyId: 'a', secretAccessKey: 's' };
    await writeFile(
      settings,
      `${await readFile(DEMO_FILE, 'utf8')}\nstore: ${JSON.stringify({ ...store, timeoutSeconds: 600, credential })}\n`,
    );
    const args = [PROGRAM, 'serve', '--config', settings, '--port', '0', '--data-dir', join(home, 'silent')];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    const ended = once(child, 'exit');
    try {
      await Promise.race([
        once(silent, 'connection'),
        ended.then(([code]) => Promise.reject(new Error(`serve ended with ${code}`))),
      ]);
      child.kill('SIGTERM');
      expect(await ended).toEqual([null, 'SIGTERM']);
    } finally {
      child.kill('SIGKILL');
      silent.close();
    }
  });

  it('polyface serve refuses a data folder of the demo that has lost its store, until --init begins another', async () => {
    const lost = join(home, 'lost');
    const place = ['--config', DEMO_FILE, '--data-dir', lost];
    await (await startGatewayProcess(place)).end();
    await rm(join(lost, 'store'), { recursive: true });
    const { code, output } = await polyface('serve', '--port', '0', ...place);
    expect([code, output]).toEqual([1, expect.stringContaining('there is no store here')]);
    await (await startGatewayProcess([...place, '--init'])).end();
  });
});
