import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DEMO_CLIENTS, fixture } from '../contract/demo-clients.ts';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

const smartsheet = DEMO_CLIENTS.find(({ dialect }) => dialect === 'smartsheet');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-shutdown-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('an upload that is half sent when SIGTERM comes', () => {
  it('an upload that is half sent when SIGTERM comes is received, stored and answered before the gateway ends', async () => {
    const portrait = await fixture('portrait.jpg');
    const gateway = await startGatewayProcess(['--config', DEMO_FILE, '--data-dir', folder]);
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      [
        'POST /2.0/users/48569348493401201/profileimage HTTP/1.1',
        'Host: polyface',
        'Authorization: Bearer demo-smartsheet-admin',
        `Content-Length: ${portrait.byteLength}`,
        'Expect: 100-continue',
        '',
        '',
      ].join('\r\n'),
    );
    const [interim] = (await once(socket, 'data')) as [Buffer];
    expect(interim.toString()).toMatch(/^HTTP\/1\.1 100 /);
    socket.write(portrait.subarray(0, 50_000));

    gateway.child.kill('SIGTERM');
    await gateway.waitForOutput(/"stopping"/);
    const refused = await fetch(`${gateway.url}/readyz`).then(
      ({ status }) => status,
      () => 'refused',
    );
    expect([503, 'refused']).toContain(refused);

    const answer = text(socket);
    socket.end(portrait.subarray(50_000));
    expect(await answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"message":"SUCCESS"/);
    expect(await gateway.ended).toBe(0);

    const again = await startGatewayProcess(['--config', DEMO_FILE, '--data-dir', folder]);
    const address = await smartsheet?.address(again.url);
    expect((await fetch(address ?? '')).status).toBe(200);
    await again.end();
  });
});
