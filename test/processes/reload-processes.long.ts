import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');
const run = promisify(execFile);

let folder: string;
let file: string;
let demo: string;
let gateway: GatewayProcess;
let admin: { readonly POLYFACE_ADMIN: string; readonly POLYFACE_ADMIN_TOKEN: string };

const withKey = (key: string) =>
  demo.replace(
    '      - { id: v1-readonly,',
    `      - { id: added, dialect: magicline-v1, kind: key, secret: { plain: ${key} } }\n      - { id: v1-readonly,`,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-reload-processes-'));
  file = join(folder, 'polyface.yaml');
  demo = await readFile(DEMO_FILE, 'utf8');
  await writeFile(file, demo);
  const place = ['--config', file, '--data-dir', join(folder, 'data')];
  gateway = await startGatewayProcess(['--processes', '2', ...place]);
  const [, address = ''] = await gateway.waitForOutput(/"url":"(http:\S+)\/console\/"/);
  const create = ['admin', 'tokens', 'create', '--label', 'test', '--role', 'operate', ...place];
  const { stdout } = await run(process.execPath, [PROGRAM, ...create]);
  admin = { POLYFACE_ADMIN: address, POLYFACE_ADMIN_TOKEN: stdout.trim() };
});
afterAll(async () => {
  await gateway.end();
  await rm(folder, { recursive: true, force: true });
});

/** The revisions of all processes, once all have the same one and it is not `before`. */
async function commonRevision(before: string | undefined): Promise<string> {
  for (;;) {
    const response = await fetch(`${admin.POLYFACE_ADMIN}/admin/v1/gateways`, {
      headers: { authorization: `Bearer ${admin.POLYFACE_ADMIN_TOKEN}` },
    });
    const { items } = (await response.json()) as { items: { revision: string }[] };
    const [first, ...others] = new Set(items.map(({ revision }) => revision));
    if (items.length === 2 && first !== undefined && others.length === 0 && first !== before) return first;
  }
}

/** What a new connection for each request is answered, so that every process has its turn. */
async function statusesWith(key: string): Promise<Set<number>> {
  const statuses = new Set<number>();
  for (let request = 0; request < 8; request += 1) {
    const response = await fetch(`${gateway.url}/v1/customers/1002`, {
      headers: { 'x-api-key': key, connection: 'close' },
    });
    await response.arrayBuffer();
    statuses.add(response.status);
  }
  return statuses;
}

it('a reload that the admin port is asked for reaches every process, and so does a signal to the first', async () => {
  const first = await commonRevision(undefined);
  await writeFile(file, withKey('key-1'));
  await run(process.execPath, [PROGRAM, 'reload'], { env: { PATH: process.env.PATH, ...admin } });
  const second = await commonRevision(first);
  expect(await statusesWith('key-1')).toEqual(new Set([200]));
  await writeFile(file, withKey('key-2'));
  gateway.child.kill('SIGHUP');
  await commonRevision(second);
  expect(await statusesWith('key-2')).toEqual(new Set([200]));
  expect(await statusesWith('key-1')).toEqual(new Set([401]));
});
