import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');

let folder: string;
let gateway: GatewayProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-healthcheck-'));
  gateway = await startGatewayProcess(['--config', DEMO_FILE, '--data-dir', join(folder, 'data')]);
});
afterAll(async () => {
  await gateway.end();
  await rm(folder, { recursive: true, force: true });
});

/** The exit code of a health check with settings that listen there. */
async function check(listen: { host: string; port: number }): Promise<unknown> {
  const demo = await readFile(DEMO_FILE, 'utf8');
  const config = join(folder, 'polyface.yaml');
  await writeFile(config, demo.replace(/^listen: .*$/m, `listen: ${JSON.stringify(listen)}`));
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, 'healthcheck', '--config', config], (error) =>
      resolve(error?.code ?? 0),
    );
  });
}

describe('polyface healthcheck', () => {
  it('polyface healthcheck asks the gateway where the settings let it listen', async () => {
    expect(await check({ host: '127.0.0.1', port: Number(new URL(gateway.url).port) })).toBe(0);
  });

  it('polyface healthcheck fails where no server answers, and where the answer is another', async () => {
    const server = createServer((_request, response) => response.writeHead(503).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await check({ host: '127.0.0.1', port })).toBe(1);
    await new Promise((resolve) => server.close(resolve));
    expect(await check({ host: '127.0.0.1', port })).toBe(1);
  });
});
