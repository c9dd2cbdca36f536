import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DEMO_CLIENTS, fixture } from '../contract/demo-clients.ts';
import { BUILT_PROGRAM, type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

const ROOT = join(import.meta.dirname, '../..');
const OWN_DIALECTS = join(ROOT, 'test/gateway/own-dialects');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-built-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function withBuilt(file: string, act: (gateway: GatewayProcess) => Promise<void>): Promise<void> {
  const args = ['--config', file, '--data-dir', join(folder, 'data')];
  const gateway = await startGatewayProcess(args, {}, BUILT_PROGRAM);
  try {
    await act(gateway);
  } finally {
    await gateway.end();
  }
}

/** The demo's settings with one line about a dialect in the place of another. */
async function demoWith(from: string, to: string): Promise<string> {
  const file = join(folder, 'settings.yaml');
  await writeFile(file, (await readFile(DEMO_FILE, 'utf8')).replace(from, to));
  return file;
}

describe('the built program', () => {
  it('the built program takes pictures in every dialect', async () => {
    await withBuilt(DEMO_FILE, async ({ url }) => {
      for (const client of DEMO_CLIENTS) {
        const { status } = await client.upload(url, await fixture('portrait.jpg'), 'portrait.jpg');
        expect([200, 201]).toContain(status);
      }
    });
  });

  it.each([
    [
      'the settings',
      '{ profil: observed }',
      '12:12: dialects.timbu: there is no setting "profil"; did you mean "profile"?',
    ],
    [
      "a dialect's options",
      '{ options: { maxBites: 7 } }',
      '12:23: dialects.timbu.options: there is no setting "maxBites"; did you mean "maxBytes"?',
    ],
  ])('the built program says file, line and column of a mistake in %s', async (_where, timbu, message) => {
    const file = await demoWith('  timbu: {}', `  timbu: ${timbu}`);
    const { status, stderr } = spawnSync(process.execPath, [BUILT_PROGRAM, 'serve', '--config', file], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain(`${file}:${message}`);
  });

  it('the built program exposes the standard metrics of its process', async () => {
    await withBuilt(DEMO_FILE, async (gateway) => {
      const [, adminUrl] = await gateway.waitForOutput(
        /"url":"([^"]+)\/console\/","msg":"the console listens"/,
      );
      const place = ['--config', DEMO_FILE, '--data-dir', join(folder, 'data')];
      const { stdout } = spawnSync(
        process.execPath,
        [BUILT_PROGRAM, 'admin', 'tokens', 'create', '--label', 'test', '--json', ...place],
        { encoding: 'utf8' },
      );
      const { token } = JSON.parse(stdout) as { readonly token: string };
      const headers = { authorization: `Bearer ${token}` };
      const metrics = await (await fetch(`${adminUrl}/metrics`, { headers })).text();
      expect(metrics).toMatch(/^process_cpu_seconds_total /m);
      expect(metrics).toMatch(/^process_resident_memory_bytes /m);
      expect(metrics).toMatch(/^nodejs_eventloop_lag_seconds /m);
    });
  });

  it('the built program knows its version', () => {
    const { stdout } = spawnSync(process.execPath, [BUILT_PROGRAM, '--version'], { encoding: 'utf8' });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('the built program takes orders as a sandbox', async () => {
    const child = spawn(process.execPath, [BUILT_PROGRAM, 'sandbox', '--dialects', 'timbu']);
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
    const order = async (body: string) =>
      (await fetch(`${url}/_sandbox/faults`, { method: 'PUT', body })).status;
    expect([await order('[{"problem": "forbidden"}]'), await order('[{"prob')]).toEqual([204, 400]);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('the built program goes by a document that was changed after the build', async () => {
    const text = await readFile(join(ROOT, 'openapi/native.yaml'), 'utf8');
    await writeFile(join(folder, 'native.yaml'), text.replace('url: /native/v1', 'url: /native/v9'));
    const file = await demoWith('  native: {}', '  native: { document: native.yaml }');
    await withBuilt(file, async ({ url }) => {
      expect((await fetch(`${url}/native/v9/subjects/ada/image`)).status).toBe(401);
      expect((await fetch(`${url}/native/v1/subjects/ada/image`)).status).toBe(404);
    });
  });

  it('the built program serves a dialect that was added after the build, and logs the stack of its fault', async () => {
    const source = await readFile(join(OWN_DIALECTS, 'plain/index.ts'), 'utf8');
    const domain = pathToFileURL(join(ROOT, 'dist/src/domain/index.js')).href;
    await writeFile(
      join(folder, 'index.js'),
      stripTypeScriptTypes(source).replace('../../../../src/domain/index.ts', domain),
    );
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await cp(join(OWN_DIALECTS, 'plain.yaml'), join(folder, 'plain.yaml'));
    const file = await demoWith('  native: {}', '  native: {}\n  plain: { folder: ., document: plain.yaml }');
    await withBuilt(file, async (gateway) => {
      expect((await fetch(`${gateway.url}/elsewhere/explode?problem=1`)).status).toBe(409);
      expect((await fetch(`${gateway.url}/elsewhere/explode`)).status).toBe(500);
      await gateway.end();
      const [line] = gateway.output().match(/^.*the secret cause.*$/m) ?? [];
      expect(line).toMatch(/dist\/src\/gateway\/[a-z-]+\.js:\d+:\d+/);
    });
  });
});
