import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openStore } from '../../src/store/open-store.ts';
import { readUsage } from '../../src/usage/usage-store.ts';
import { aJpeg } from '../support/pictures.ts';
import { DEMO_FILE, type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

let gateway: DemoGateway;
const census = (...options: readonly string[]) =>
  promisify(execFile)(process.execPath, [
    'src/cli/polyface.ts',
    'census',
    '--config',
    DEMO_FILE,
    '--data-dir',
    gateway.dataDir,
    ...options,
  ]);

beforeAll(async () => {
  gateway = await startDemoGateway();
  for (const key of ['demo-v1-key', 'demo-v1-key', 'demo-v1-readonly']) {
    const form = new FormData();
    form.append('image', new Blob([new Uint8Array(await aJpeg({ width: 20, height: 20 }))]), 'a.jpg');
    await fetch(`${gateway.url}/v1/customers/1002/images`, {
      method: 'PUT',
      headers: { 'x-api-key': key, 'user-agent': 'old-app/1.2', 'accept-language': 'de' },
      body: form,
    });
  }
  await fetch(`${gateway.url}/2.0/imageurls`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer demo-smartsheet-jane',
      'content-type': 'application/json',
      'user-agent': 'sdk/1',
    },
    body: JSON.stringify([{ imageId: 'u!', width: 20, invented: true }]),
  });
  // A stop saves what the last seconds counted.
  await gateway.end();
});
afterAll(() => gateway.stop());

it('the usage of a gateway that stopped says who called what, with which fields', async () => {
  const store = await openStore({ store: { kind: 'filesystem' }, dataDir: gateway.dataDir });
  await store.start({ create: false });
  const rows = await readUsage(store.records);
  await store.stop();
  const day = new Date().toISOString().slice(0, 10);
  expect(
    rows.map(({ firstCallAtMs: _first, lastCallAtMs, ...row }) => ({
      ...row,
      day: new Date(lastCallAtMs).toISOString().slice(0, 10),
    })),
  ).toEqual([
    {
      dialect: 'smartsheet',
      operation: 'listImageUrls',
      deprecated: false,
      tenant: 'demo',
      credential: 'smartsheet-jane',
      client: 'sdk',
      calls: 1,
      refused: 0,
      fields: { 'json:imageId': 1, 'json:width': 1 },
      day,
    },
    expect.objectContaining({
      operation: 'updateImage',
      credential: 'v1-readonly',
      calls: 1,
      refused: 1,
      fields: {},
    }),
    expect.objectContaining({
      dialect: 'magicline-v1',
      operation: 'updateImage',
      deprecated: true,
      tenant: 'demo',
      credential: 'v1',
      client: 'old-app',
      calls: 2,
      refused: 0,
      fields: { 'part:image': 2, 'header:Accept-Language': 2 },
    }),
  ]);
});

it('polyface census prints deprecated operations as a table', async () => {
  const { stdout } = await census('--deprecated');
  expect(stdout).toMatch(/^operation +tenant/);
  expect(stdout).toMatch(/magicline-v1 updateImage +DEPRECATED +demo +v1 +old-app +2 /);
  expect(stdout).not.toContain('smartsheet');
});

it('polyface census --json prints the rows with dates', async () => {
  const { stdout } = await census('--json');
  expect(JSON.parse(stdout)).toContainEqual(
    expect.objectContaining({ operation: 'updateImage', calls: 2, lastCallAt: expect.stringMatching(/Z$/) }),
  );
});
