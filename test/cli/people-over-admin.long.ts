import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AdminGateway, startAdminGateway } from '../admin/start-admin.ts';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');
const DEMO = join(import.meta.dirname, '../../config/demo.yaml');
const run = promisify(execFile);

interface Done {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Two gateways: one whose store the command opens, one that the command asks. */
let beside: AdminGateway;
let asked: AdminGateway;
let folder: string;

async function polyface(env: Record<string, string>, ...args: readonly string[]): Promise<Done> {
  try {
    const { stdout, stderr } = await run(process.execPath, [PROGRAM, ...args], {
      env: { PATH: process.env.PATH ?? '', ...env },
      cwd: folder,
    });
    return { code: 0, out: stdout, err: stderr };
  } catch (cause) {
    const { code, stdout, stderr } = cause as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

const here = (...args: readonly string[]) =>
  polyface({}, ...args, '--config', DEMO, '--data-dir', beside.gateway.dataDir, '--tenant', 'demo');
const overAdmin = (...args: readonly string[]) =>
  polyface(
    { POLYFACE_ADMIN: asked.adminUrl, POLYFACE_ADMIN_TOKEN: asked.tokens.admin },
    ...args,
    '--tenant',
    'demo',
  );

/** The same file under a name of its own for each of the two. */
async function bothFiles(name: string, text: string): Promise<readonly [string, string]> {
  const files = [`here-${name}`, `admin-${name}`] as const;
  for (const file of files) await writeFile(join(folder, file), text);
  return files;
}

const contents = (name: string) => readFile(join(folder, name), 'utf8');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-people-over-admin-'));
  [beside, asked] = await Promise.all([startAdminGateway(), startAdminGateway()]);
});
afterAll(async () => {
  await Promise.all([beside.gateway.stop(), asked.gateway.stop()]);
  await rm(folder, { recursive: true });
});

const CSV =
  'id,timbu,firstName,email\nzoe,zoe,Zoë,z@example.com\nmax,max,Max,m@example.com\n' +
  'eve,max,Eve,Z@example.com\n,nobody,,\nbad\n';

describe('polyface people, in the store and over the admin port', () => {
  it.each([
    ['a dry run', ['--dry-run', '--json'], 2],
    ['an import', ['--batch', '2', '--json'], 2],
    ['the same import for people on a terminal', [], 2],
  ])('prints the same and writes the same files for %s', async (_, options, code) => {
    const [one, other] = await bothFiles('people.csv', CSV);
    const local = await here('people', 'import', one, ...options);
    const remote = await overAdmin('people', 'import', other, ...options);
    expect(remote.out.replaceAll('admin-', 'here-')).toBe(local.out);
    expect([local.code, remote.code]).toEqual([code, code]);
    expect(await contents(`${other}.rejects.ndjson`)).toBe(await contents(`${one}.rejects.ndjson`));
  });

  it('exports the same people, whom an import finds as they are', async () => {
    const [local, remote] = [await here('people', 'export'), await overAdmin('people', 'export')];
    expect(remote.out).toBe(local.out);
    expect(remote.out.trim().split('\n')).toHaveLength(2);
    await writeFile(join(folder, 'back.ndjson'), remote.out);
    const back = JSON.parse((await overAdmin('people', 'import', 'back.ndjson', '--json')).out) as object;
    expect(back).toMatchObject({ complete: true, created: 0, changed: 0, unchanged: 2 });
  });

  it('checks the people of the gateway', async () => {
    const [local, remote] = [await here('people', 'check'), await overAdmin('people', 'check')];
    expect([remote.code, remote.out]).toEqual([local.code, local.out]);
  });

  it('erases whom the file no longer names, with the same receipts and audit entries', async () => {
    const [one, other] = await bothFiles('fewer.csv', 'id,timbu\nmax,max\n');
    const options = ['--missing', 'erase', '--json'];
    expect((await overAdmin('people', 'import', other, ...options)).err).toContain('--yes');
    const local = await here('people', 'import', one, ...options, '--yes');
    const remote = await overAdmin('people', 'import', other, ...options, '--yes');
    expect(remote.out).toBe(local.out);
    expect(JSON.parse(remote.out)).toMatchObject({ erased: 1, unchanged: 1 });
    const receipts = await Promise.all([one, other].map((file) => contents(`${file}.erased.ndjson`)));
    const [kept, sent] = receipts.map((text) => (JSON.parse(text) as { receipt: object }).receipt);
    expect({ ...sent, erasedAt: '', again: '' }).toEqual({ ...kept, erasedAt: '', again: '' });
    const actions = async (gateway: AdminGateway) => {
      const { body } = await gateway.call('GET', '/audit?limit=200', { token: gateway.tokens.read });
      return (body as { items: { action: string; target: string; reason?: string }[] }).items
        .filter(({ action }) => action.startsWith('people.'))
        .map(({ action, target, reason }) => `${action} ${target} ${reason ?? ''}`)
        .sort();
    };
    const [there, inStore] = [await actions(asked), await actions(beside)];
    expect(new Set(there)).toEqual(new Set(inStore));
  });

  it('needs the role admin for an erasure before the first row is sent', async () => {
    const env = { POLYFACE_ADMIN: asked.adminUrl, POLYFACE_ADMIN_TOKEN: asked.tokens.operate };
    await copyFile(join(folder, 'admin-fewer.csv'), join(folder, 'x.csv'));
    const order = ['people', 'import', 'x.csv', '--tenant', 'demo', '--missing', 'erase', '--yes'];
    const { code, err } = await polyface(env, ...order);
    expect([code, err]).toEqual([1, expect.stringContaining('needs the role "admin"')]);
  });

  it.each([
    ['people init', ['people', 'init']],
    ['backup', ['backup', '--to', 'b']],
    ['restore', ['restore', '--from', 'b']],
    ['copy', ['copy', '--from', 'a.yaml', '--to', 'b.yaml']],
  ])('%s refuses an admin port instead of working on a store here', async (_, args) => {
    const set = await polyface({ POLYFACE_ADMIN: asked.adminUrl }, ...args);
    const given = await polyface({}, ...args, '--admin', asked.adminUrl);
    for (const { code, err } of [set, given])
      expect([code, err]).toEqual([1, expect.stringContaining('leave --admin (POLYFACE_ADMIN) out')]);
  });
});
