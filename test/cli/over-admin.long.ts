import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AdminGateway, startAdminGateway } from '../admin/start-admin.ts';
import { storeWithPeople } from '../admin/store-with-people.ts';
import { CLIENTS } from '../migration/support/legacy-clients.ts';
import { backendSettings, startBackend } from '../migration/support/start-shim.ts';
import { numberedPicture } from '../rehearsal/numbered-picture.ts';
import type { DemoGateway } from '../support/start-gateway.ts';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');
const CLIENT = CLIENTS['magicline-v1'];
const MIGRATION = ['--dialect', 'magicline-v1'];
const run = promisify(execFile);

let backend: DemoGateway;
let admin: AdminGateway;
let folder: string;

/** Runs a command that has neither settings nor store: all that it knows is the admin port. */
async function polyface(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = {
    PATH: process.env.PATH ?? '',
    POLYFACE_ADMIN: admin.adminUrl,
    POLYFACE_ADMIN_TOKEN: admin.tokens.admin,
  };
  try {
    const { stdout, stderr } = await run(process.execPath, [PROGRAM, ...args], { env, cwd: folder });
    return { code: 0, out: stdout, err: stderr };
  } catch (cause) {
    const { code, stdout, stderr } = cause as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

async function json<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await polyface(...args, '--json');
  if (code !== 0) throw new Error(`${args.join(' ')}: ${code}\n${out}${err}`);
  return JSON.parse(out) as T;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-over-admin-'));
  backend = await startBackend();
  const { store, registry } = await storeWithPeople();
  for (const [id, alias] of [
    ['lise', '7001'],
    ['lisa', '7002'],
    ['otto', '7003'],
  ] as const) {
    await registry.put('demo', { id, aliases: { 'magicline-v1': alias }, identifiers: {}, profile: {} });
  }
  admin = await startAdminGateway(
    (demo) => ({
      ...demo,
      validateResponses: 'off',
      rateLimits: { enabled: false },
      migration: {
        backends: [backendSettings('magicline-v1', backend.url, { initialStage: 'shadow' })],
      },
    }),
    { store },
  );
  await (await CLIENT.put(admin.gateway.url, await numberedPicture(1))).arrayBuffer();
});
afterAll(async () => {
  await admin.gateway.stop();
  await backend.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a command that was given an admin port', () => {
  it('a command at an admin port makes, lists and revokes a key', async () => {
    const made = await json<{ id: string; secret: string }>(
      'keys',
      'create',
      '--dialect',
      'timbu',
      '--tenant',
      'demo',
      '--label',
      'till',
    );
    expect(made.secret).toBeTruthy();
    expect(await json<object[]>('keys', 'list')).toEqual([
      expect.objectContaining({ id: made.id, label: 'till' }),
    ]);
    expect((await polyface('keys', 'revoke', made.id)).code).toBe(0);
    expect(await json<object[]>('keys', 'list')).toEqual([]);
  });

  it("keys import over the admin port sends the digests of a file's secrets, never the secrets", async () => {
    const file = join(folder, 'keys.csv');
    await writeFile(file, 'secret,label\nold-secret-of-a-client,till 1\nshort,till 2\n');
    const args = ['keys', 'import', file, '--dialect', 'timbu', '--tenant', 'demo'];
    const { code, out, err } = await polyface(...args);
    expect([code, out]).toEqual([2, 'imported 1, unchanged 0, rejected 1\n']);
    expect(err).toContain('row 3: the secret is shorter than 16 characters');
    const [key] = await json<{ id: string; label: string }[]>('keys', 'list');
    expect(key).toMatchObject({ label: 'till 1' });
    expect((await polyface('keys', 'revoke', key?.id ?? '')).code).toBe(0);
  });

  it('a command at an admin port makes, lists and revokes admin tokens', async () => {
    const made = await json<{ id: string; token: string }>(
      'admin',
      'tokens',
      'create',
      '--label',
      'me',
      '--role',
      'operate',
      '--expires-in-days',
      '2',
    );
    const listed = await json<{ id: string; expires?: string }[]>('admin', 'tokens', 'list');
    expect(listed).toContainEqual(expect.objectContaining({ id: made.id, label: 'me', role: 'operate' }));
    expect(listed.find(({ id }) => id === made.id)?.expires).toMatch(/^\d{4}-/);
    expect((await polyface('admin', 'tokens', 'revoke', made.id)).code).toBe(0);
    expect(JSON.stringify(await json('admin', 'tokens', 'list'))).not.toContain(made.id);
  });

  it('a command at an admin port checks and sweeps the store', async () => {
    expect(await json<object>('fsck')).toMatchObject({ complete: true, damaged: 0 });
    expect(await json<object>('gc', '--dry-run')).toMatchObject({ complete: true, dryRun: true, orphans: 0 });
    expect((await polyface('gc')).out).toContain('0 orphans (0 bytes) deleted');
    expect((await polyface('gc', '--grace', '1s')).err).toContain('an upload may take as long');
    expect((await polyface('fsck', '--repair')).out).toContain('0 damaged');
  });

  it('a command at an admin port explains a request', async () => {
    const file = join(folder, 'request.http');
    await writeFile(file, 'GET /v1/customers/1002\nX-Api-Key: demo-v1-key\n');
    expect((await polyface('explain', file)).out).toMatch(/── Command\n[^─]*"read-subject"/);
  });

  it('a command at an admin port finds, links, renames, merges and erases people', async () => {
    const [lise] = await json<{ id: string }[]>('people', 'show', 'lise');
    expect(lise).toMatchObject({ id: 'lise', aliases: { 'magicline-v1': '7001' } });
    const linked = await json<object>('people', 'link', 'lise', 'timbu=lise-m', '--reason', 'moved in');
    expect(linked).toMatchObject({ aliases: { timbu: 'lise-m' } });
    expect(await json<object>('people', 'rename', 'lise', 'lise-2')).toMatchObject({ id: 'lise-2' });
    expect(await json<object>('people', 'merge', 'lise', 'lisa', '--yes')).toMatchObject({ merged: true });
    expect(await json<object[]>('people', 'find', 'lise-m')).toEqual([
      expect.objectContaining({ id: 'lisa' }),
    ]);
    expect((await polyface('people', 'erase', 'otto')).err).toContain('--yes');
    const receipt = await json<object>('people', 'erase', 'otto', '--yes');
    expect(receipt).toMatchObject({ signature: { algorithm: 'HMAC-SHA256' } });
    expect((await polyface('people', 'find', 'otto')).code).toBe(1);
  });

  it('a command at an admin port takes steps of a migration, there and back, and runs its jobs', async () => {
    expect((await polyface('migrate', 'status', ...MIGRATION)).out).toContain('"shadow"');
    const next = expect.arrayContaining(['polyface migrate advance']);
    expect(await json<object>('migrate', 'plan', ...MIGRATION)).toMatchObject({
      to: { stage: 'dual-write' },
      nextSteps: next,
    });
    expect(await json<object>('migrate', 'advance', ...MIGRATION, '--reason', 'good')).toMatchObject({
      outcome: 'arrived',
      rollout: { stage: 'dual-write' },
    });
    const list = join(folder, 'people.txt');
    await writeFile(list, '1001\n1002\n1003\n');
    const backfilled = await json<object>('backfill', ...MIGRATION, '--subjects', list);
    expect(backfilled).toMatchObject({ complete: true, copied: 1 });
    const verified = await json<object>('backfill', 'verify', ...MIGRATION, '--subjects', list);
    expect(verified).toMatchObject({ complete: true, listed: 3, equal: 3 });
    expect(await json<object>('migrate', 'back', ...MIGRATION)).toMatchObject({
      rollout: { stage: 'shadow' },
    });
  });

  it('a command at an admin port lists usage, requests and what operators did, of which all the above is part', async () => {
    expect(await json<object[]>('requests', '--status', '2xx', '--limit', '5')).toContainEqual(
      expect.objectContaining({ dialect: 'magicline-v1', status: 200 }),
    );
    while ((await json<object[]>('census')).length === 0);
    const actions = (await json<{ action: string; result: string }[]>('audit', 'list')).map(
      ({ action, result }) => `${action} ${result}`,
    );
    for (const action of [
      'keys.create',
      'keys.revoke',
      'keys.import',
      'tokens.create',
      'tokens.revoke',
      'store.fsck',
      'store.repair',
      'store.gc',
      'people.link',
      'people.rename',
      'people.merge',
      'people.erase',
      'migration.advance',
      'migration.backfill',
      'migration.verify',
      'migration.back',
    ]) {
      expect(actions).toContain(`${action} done`);
    }
    expect(await json<object>('audit', 'verify')).toMatchObject({ intact: true });
    const { out } = await polyface('audit', 'export');
    expect(out.split('\n').filter(Boolean).length).toBeGreaterThan(actions.length - 1);
  });

  it('a command at an admin port says in one line what is wrong with the address or the token', async () => {
    const env = { PATH: process.env.PATH ?? '' };
    const ask = (more: Record<string, string>, ...args: string[]) =>
      run(process.execPath, [PROGRAM, 'census', ...args], { env: { ...env, ...more } }).catch(
        (cause: { stderr: string }) => cause,
      );
    expect((await ask({}, '--admin', admin.adminUrl)).stderr).toContain('POLYFACE_ADMIN_TOKEN');
    const token = { POLYFACE_ADMIN_TOKEN: 'pfa_wrong' };
    expect((await ask(token, '--admin', 'nowhere')).stderr).toContain('an address such as');
    expect((await ask(token, '--admin', 'http://127.0.0.1:9')).stderr).toContain('cannot be reached');
    expect((await ask(token, '--admin', admin.adminUrl)).stderr).toContain('not good');
  });
});
