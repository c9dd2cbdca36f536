import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuditLog } from '../../src/audit/audit-log.ts';
import { createAuthenticator } from '../../src/gateway/credentials/authenticator.ts';
import { startStore } from '../../src/maintenance/start-store.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { openStore } from '../../src/store/open-store.ts';
import { aDialect, aHead, aLog, refusalOf } from '../gateway/credentials/support.ts';

const program = new URL('../../src/cli/polyface.ts', import.meta.url).pathname;
const bearer = aDialect('smartsheet', { kind: 'bearer' });
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-keys-'));
  await writeFile(
    join(folder, 'settings.yaml'),
    `dataDir: ${folder}/data\ndialects: {smartsheet: {}}\ntenants: [{id: demo}]\n`,
  );
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the command in a process of its own, as an operator does. */
async function keys(args: readonly string[], input = '') {
  const common = args[0] === 'hash' ? [] : ['--config', join(folder, 'settings.yaml')];
  const child = spawn(process.execPath, [program, 'keys', ...args, ...common], { stdio: 'pipe' });
  child.stdin.end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { out, err, exitCode: child.exitCode };
}

describe('polyface keys import', () => {
  const rows = [
    'secret,sha256,subject,scopes,label,expires',
    'the-key-of-the-phones-of-2019,,7,WRITE_SHEETS READ_USERS,phones,',
    `,${'ab'.repeat(32)},,,,2031-01-01`,
    'short,,,,,',
    'a-key-with-a-scope-that-is-none,,,WRITE_SHEET,,',
    'a-row-without-enough-cells',
    'a-key-that-has-ended-long-ago,,,,,2001-01-01',
  ].join('\n');

  it('polyface keys import takes keys of clients as digests, names the rows that it cannot take, and is idempotent', async () => {
    const settings = await loadSettings({ env: {}, overrides: { file: join(folder, 'settings.yaml') } });
    const store = await openStore(settings);
    await startStore(store, { begin: true });
    let elapsedMs = 0;
    const running = createAuthenticator({
      tenants: settings.tenants,
      records: store.records,
      clock: { nowMs: () => Date.now() },
      signingKeys: [{ id: 'k', secret: 's' }],
      log: aLog(),
      monotonicMs: () => elapsedMs,
    });
    const ask = (secret: string) =>
      running.authenticate(bearer, aHead({ authorization: `Bearer ${secret}` }));
    expect(await refusalOf(ask('the-key-of-the-phones-of-2019'))).toMatchObject({ reason: 'invalid' });

    const run = () =>
      keys('import - --format csv --json --dialect smartsheet --tenant demo'.split(' '), rows);
    const first = await run();
    expect([first.exitCode, JSON.parse(first.out)]).toEqual([
      2,
      {
        imported: 3,
        unchanged: 0,
        rejected: 3,
        faults: [
          { row: 4, fault: expect.stringContaining('shorter than 16 characters') },
          { row: 5, fault: expect.stringContaining('WRITE_SHEET') },
          { row: 6, fault: 'has 1 cells where the header has 6' },
        ],
      },
    ]);
    expect(first.out + first.err).not.toContain('the-key-of-the-phones-of-2019');
    expect(JSON.parse((await run()).out)).toMatchObject({ imported: 0, unchanged: 3, rejected: 3 });

    elapsedMs += 2_000;
    expect(await ask('the-key-of-the-phones-of-2019')).toMatchObject({
      tenant: 'demo',
      scopes: ['WRITE_SHEETS', 'READ_USERS'],
    });
    expect(await refusalOf(ask('a-key-that-has-ended-long-ago'))).toMatchObject({ reason: 'expired' });
    expect(await refusalOf(ask('another-key-that-nobody-has'))).toMatchObject({ reason: 'invalid' });
    const listed = JSON.parse((await keys(['list', '--json'])).out) as { readonly label?: string }[];
    expect(listed.map(({ label }) => label)).toContain('phones');
    await store.stop();
  });

  it('polyface keys import reads NDJSON, and with --dry-run does nothing', async () => {
    const settings = await loadSettings({ env: {}, overrides: { file: join(folder, 'settings.yaml') } });
    const store = await openStore(settings);
    await startStore(store, { begin: true });
    const row = { dialect: 'smartsheet', tenant: 'demo', secret: 'a-key-that-is-long-enough', scopes: [] };
    const run = (...args: string[]) =>
      keys(['import', '-', '--format', 'ndjson', '--json', ...args], `${JSON.stringify(row)}\nno json\n`);
    const dry = await run('--dry-run');
    expect(JSON.parse(dry.out)).toMatchObject({ imported: 1, rejected: 1, faults: [{ row: 2 }] });
    expect(JSON.parse((await run()).out)).toMatchObject({ imported: 1, unchanged: 0 });
    await store.stop();
  });
});

describe('polyface keys', () => {
  it('polyface keys makes a key that a running gateway takes, lists it without its secret, and ends it', async () => {
    const settings = await loadSettings({ env: {}, overrides: { file: join(folder, 'settings.yaml') } });
    const store = await openStore(settings);
    await startStore(store, { begin: true });
    let elapsedMs = 0;
    const running = createAuthenticator({
      tenants: settings.tenants,
      records: store.records,
      clock: { nowMs: () => Date.now() },
      signingKeys: [{ id: 'k', secret: 's' }],
      log: aLog(),
      monotonicMs: () => elapsedMs,
    });
    const ask = (secret: string): Promise<unknown> =>
      refusalOf(running.authenticate(bearer, aHead({ authorization: `Bearer ${secret}` })));

    const made = await keys(
      'create --json --dialect smartsheet --tenant demo --scope WRITE_SHEETS --scope READ_USERS --subject 7 --label phone'.split(
        ' ',
      ),
    );
    expect(made).toMatchObject({ exitCode: 0 });
    const { secret, ...facts } = JSON.parse(made.out) as Record<string, unknown> & { secret: string };
    expect(facts).toMatchObject({
      kind: 'key',
      label: 'phone',
      scopes: ['WRITE_SHEETS', 'READ_USERS'],
      subject: '7',
      tenant: 'demo',
    });
    await expect(ask(secret)).resolves.toBe('no refusal');

    const listed = await keys(['list', '--json']);
    expect(JSON.parse(listed.out)).toEqual([facts]);
    expect((await keys(['list'])).out).toMatch(
      /^id +label +kind .*\n[0-9a-f]{16} +phone +key +smartsheet +demo /,
    );
    await expect(
      running.authenticate(bearer, aHead({ authorization: `Bearer ${secret}` })),
    ).resolves.toMatchObject({
      credentialId: `phone (${String(facts.id)})`,
    });

    await expect(keys(['revoke', String(facts.id), '--json'])).resolves.toMatchObject({ exitCode: 0 });
    elapsedMs += 2000;
    await expect(ask(secret)).resolves.toMatchObject({ reason: 'invalid' });
    await expect(keys(['list', '--json'])).resolves.toMatchObject({ out: '[]\n' });
    const log = createAuditLog({ records: store.records, clock: { nowMs: () => Date.now() } });
    expect(
      (await log.list()).map(({ action, target, actor }) => [action, target, actor.split(':')[0]]),
    ).toEqual([
      ['keys.revoke', facts.id, 'cli'],
      ['keys.create', facts.id, 'cli'],
    ]);
    await store.stop();
  });

  it.each([
    ['an unknown tenant', '--dialect smartsheet --tenant nobody', 'no tenant nobody'],
    ['an unknown dialect', '--dialect telegram --tenant demo', 'no dialect telegram'],
    ['a kind the dialect has no place for', '--dialect smartsheet --tenant demo --kind basic', 'of kind key'],
    ['a scope of another dialect', '--dialect smartsheet --tenant demo --scope images:read', 'no scope'],
    ['a time in the past', '--dialect smartsheet --tenant demo --expires-in-days -1', 'positive number'],
  ])('polyface keys refuses %s', async (_what, args, message) => {
    const { err, exitCode } = await keys(['create', ...args.split(' ')]);
    expect(exitCode).toBe(1);
    expect(err).toContain(message);
  });

  it('polyface keys hashes a password that is typed in, not one on the command line', async () => {
    const { out } = await keys(['hash', '--md5'], 'server123\n');
    expect(out).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]+\$[^$]+\n$/);
    await expect(keys(['hash'])).resolves.toMatchObject({ exitCode: 1 });
  });
});
