import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DEMO_CLIENTS, fixture } from '../contract/demo-clients.ts';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-serve-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the command line to its end. */
function polyface(...args: string[]) {
  return spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '' },
  });
}

describe('polyface serve', () => {
  it('a gateway keeps pictures, their addresses and a private signing key over a restart, and ends with code 0 on SIGTERM and SIGINT', async () => {
    const [capillary] = DEMO_CLIENTS;
    if (!capillary) throw new Error('a dialect is expected');
    const first = await startGatewayProcess(['--config', DEMO_FILE, '--data-dir', folder]);
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    const upload = await capillary.upload(first.url, await fixture('portrait.jpg'), 'portrait.jpg');
    expect(upload.status).toBe(200);
    const address = new URL((await capillary.address(first.url)) ?? '');
    expect(await first.end('SIGTERM')).toBe(0);
    expect(first.output()).toContain('"msg":"stopping"');
    const key = join(folder, 'signing-key');
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect(Buffer.from(await readFile(key, 'utf8'), 'base64url')).toHaveLength(32);
    const second = await startGatewayProcess(['--config', DEMO_FILE, '--data-dir', folder]);
    expect((await fetch(`${second.url}${address.pathname}`)).status).toBe(200);
    expect(await second.end('SIGINT')).toBe(0);
    expect(second.output()).toContain('"msg":"stopping"');
  });

  it('polyface serve prints one line to paste per legacy dialect when asked for a welcome, and logs neither secrets nor signatures nor names of people', async () => {
    const gateway = await startGatewayProcess(['--config', DEMO_FILE, '--data-dir', folder, '--welcome']);
    for (const client of DEMO_CLIENTS) {
      await client.upload(gateway.url, await fixture('portrait.jpg'), 'holiday-with-ada.jpg');
      await fetch((await client.address(gateway.url)) ?? '');
    }
    await gateway.end();
    expect(gateway.output().match(/^curl .*$/gm)).toHaveLength(4);
    const lines = gateway
      .output()
      .split('\n')
      .filter((line) => line.includes('"method"'));
    expect(lines.length).toBeGreaterThan(12);
    for (const told of [
      'demo-',
      '8a16a6b7',
      'c3RvcmU',
      'Lovelace',
      'ada.lovelace',
      'holiday',
      '/images/d/A',
    ]) {
      expect(lines.filter((line) => line.includes(told))).toEqual([]);
    }
  });
});

describe('polyface serve refuses with one line and code 1', () => {
  it('polyface serve refuses settings with a mistake', async () => {
    const file = join(folder, 'polyface.yaml');
    await writeFile(file, 'dialects: { timbu: {} }\ntenants: [{ id: shop }]\nlisten: { prot: 80 }\n');
    const { status, stderr } = polyface('serve', '--config', file, '--data-dir', folder);
    expect(status).toBe(1);
    expect(stderr).toBe(`polyface: ${file}:3:11: listen: there is no setting "prot"; did you mean "port"?\n`);
  });

  it('polyface serve refuses to start without settings', () => {
    const { status, stderr } = polyface('serve');
    expect([status, stderr]).toEqual([
      1,
      'polyface: no settings: name a YAML file with --config <file> or POLYFACE_CONFIG\n',
    ]);
  });

  it('polyface serve refuses options of a dialect that its schema does not allow', async () => {
    const file = join(folder, 'polyface.yaml');
    await writeFile(file, 'dialects: { timbu: { options: { maxBytes: many } } }\ntenants: [{ id: shop }]\n');
    const { status, stderr } = polyface('serve', '--config', file, '--data-dir', folder);
    expect(status).toBe(1);
    expect(stderr).toBe(
      `polyface: ${file}:1:43: dialects.timbu.options.maxBytes: expected a whole number of at least 1, got "many"\n`,
    );
  });

  it('polyface serve refuses a brown-out of an operation that the dialect does not have', async () => {
    const file = join(folder, 'polyface.yaml');
    await writeFile(
      file,
      [
        'dialects: { timbu: {} }',
        'tenants: [{ id: shop }]',
        'brownOuts:',
        '  - { dialect: timbu, operations: [getUser], from: 2026-12-01T10:00:00Z, until: 2026-12-01T11:00:00Z }',
      ].join('\n'),
    );
    const { status, stderr } = polyface('serve', '--config', file, '--data-dir', folder);
    expect(status).toBe(1);
    expect(stderr).toContain(`polyface: ${file}:4:36: brownOuts.0: timbu has no operation "getUser"; `);
  });

  it('polyface serve refuses a dialect that does not exist', async () => {
    const file = join(folder, 'polyface.yaml');
    await writeFile(file, 'dialects: { klingon: {} }\ntenants: [{ id: shop }]\n');
    const { status, stderr } = polyface('serve', '--config', file, '--data-dir', folder);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^polyface: .*:1:13: dialects: there is no dialect "klingon"; known: .*\n$/);
  });

  it('polyface serve refuses a port that is taken', async () => {
    const gateway = await startGatewayProcess(['--config', DEMO_FILE, '--data-dir', folder]);
    const { port } = new URL(gateway.url);
    const other = polyface(
      'serve',
      '--config',
      DEMO_FILE,
      '--data-dir',
      join(folder, 'other'),
      '--port',
      port,
    );
    await gateway.end();
    expect(other.status).toBe(1);
    expect(other.stderr).toMatch(
      new RegExp(`^polyface: .*:${port} is taken by another program: choose a port with --port or PORT\n$`),
    );
  });

  it('polyface serve names the port of the console where that one is taken', async () => {
    const console = createServer().listen(0, '127.0.0.1');
    await once(console, 'listening');
    const { port } = console.address() as AddressInfo;
    const file = join(folder, 'polyface.yaml');
    const demo = await readFile(DEMO_FILE, 'utf8');
    await writeFile(file, demo.replace('admin: {', `admin: { listen: { port: ${port} },`));
    const { status, stderr } = polyface(
      'serve',
      '--init',
      '--config',
      file,
      '--data-dir',
      folder,
      '--port',
      '0',
    );
    console.close();
    expect(status).toBe(1);
    expect(stderr).toContain(
      `polyface: the console's port 127.0.0.1:${port} is taken by another program: set admin.listen.port\n`,
    );
  });

  it('polyface serve refuses a data folder that cannot be written', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const { status, stderr } = polyface(
      'serve',
      '--config',
      DEMO_FILE,
      '--data-dir',
      join(file, 'data'),
      '--port',
      '0',
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/^polyface: .*\n$/);
  });
});

describe('polyface --version', () => {
  it.each(['--version', '-V'])('polyface --version is the version of the package: %s', async (flag) => {
    const file = join(import.meta.dirname, '../../package.json');
    const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string };
    expect(polyface(flag)).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('polyface --help', () => {
  it('polyface --help names every command', () => {
    const { stdout, status } = polyface('--help');
    expect(status).toBe(0);
    for (const command of ['serve', 'keys', 'gc', 'fsck']) expect(stdout).toContain(command);
  });

  it('polyface suggests the commands that there are for an unknown one', () => {
    const { status, stderr } = polyface('sevre');
    expect(status).not.toBe(0);
    expect(stderr).toContain('serve');
  });
});
