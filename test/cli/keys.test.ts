import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthenticator } from '../../src/gateway/credentials/authenticator.ts';
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

describe('polyface keys', () => {
  it('makes a key that a running gateway takes, lists it without its secret, and ends it', async () => {
    const settings = await loadSettings({ env: {}, overrides: { file: join(folder, 'settings.yaml') } });
    const store = await openStore(settings);
    await store.start();
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
      'create --json --dialect smartsheet --tenant demo --scope WRITE_SHEETS --scope READ_USERS --subject 7'.split(
        ' ',
      ),
    );
    expect(made).toMatchObject({ exitCode: 0 });
    const { secret, ...facts } = JSON.parse(made.out) as Record<string, unknown> & { secret: string };
    expect(facts).toMatchObject({
      kind: 'key',
      scopes: ['WRITE_SHEETS', 'READ_USERS'],
      subject: '7',
      tenant: 'demo',
    });
    await expect(ask(secret)).resolves.toBe('no refusal');

    const listed = await keys(['list', '--json']);
    expect(JSON.parse(listed.out)).toEqual([facts]);

    await expect(keys(['revoke', String(facts.id), '--json'])).resolves.toMatchObject({ exitCode: 0 });
    elapsedMs += 2000;
    await expect(ask(secret)).resolves.toMatchObject({ reason: 'invalid' });
    await expect(keys(['list', '--json'])).resolves.toMatchObject({ out: '[]\n' });
    await store.stop();
  });

  it.each([
    ['an unknown tenant', '--dialect smartsheet --tenant nobody', 'no tenant nobody'],
    ['an unknown dialect', '--dialect telegram --tenant demo', 'no dialect telegram'],
    ['a kind the dialect has no place for', '--dialect smartsheet --tenant demo --kind basic', 'of kind key'],
    ['a scope of another dialect', '--dialect smartsheet --tenant demo --scope images:read', 'no scope'],
    ['a time in the past', '--dialect smartsheet --tenant demo --expires-in-days -1', 'positive number'],
  ])('refuses %s', async (_what, args, message) => {
    const { err, exitCode } = await keys(['create', ...args.split(' ')]);
    expect(exitCode).toBe(1);
    expect(err).toContain(message);
  });

  it('hashes a password that is typed in, not one on the command line', async () => {
    const { out } = await keys(['hash', '--md5'], 'server123\n');
    expect(out).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]+\$[^$]+\n$/);
    await expect(keys(['hash'])).resolves.toMatchObject({ exitCode: 1 });
  });
});
