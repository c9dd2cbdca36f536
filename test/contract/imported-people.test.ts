import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { DEMO_FILE, type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';
import { DEMO_CLIENTS, fixture } from './demo-clients.ts';

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');
const portrait = await fixture('portrait.jpg');

let gateway: DemoGateway;
let file: string;

/** The demo without a single person, whom a CSV brings while it runs. */
beforeAll(async () => {
  const demo = await loadSettings({ env: {}, overrides: { file: DEMO_FILE } });
  gateway = await startDemoGateway((settings) => ({
    ...settings,
    tenants: settings.tenants.map((tenant) => ({ ...tenant, subjects: [] })),
  }));
  const [tenant] = demo.tenants;
  const dialects = Object.keys(demo.dialects);
  const rows = (tenant?.subjects ?? []).map(({ id, aliases, profile }) =>
    [id, ...dialects.map((dialect) => aliases[dialect]), profile.firstName, profile.email].join(','),
  );
  file = `${gateway.dataDir}.people.csv`;
  await writeFile(file, [['id', ...dialects, 'firstName', 'email'].join(','), ...rows].join('\n'));
});
afterAll(async () => {
  await gateway.stop();
  await rm(file);
});

it('the gateway knows none of the people before the import', async () => {
  for (const client of DEMO_CLIENTS)
    expect((await client.upload(gateway.url, portrait, 'portrait.jpg')).status).not.toBe(200);
});

describe('after an import beside the running gateway', () => {
  beforeAll(async () => {
    // The demo's own file lists the same people; the directory of the running gateway has the imported ones alone.
    const config = `${gateway.dataDir}.yaml`;
    await writeFile(config, JSON.stringify({ ...bare, dataDir: gateway.dataDir }));
    try {
      await run(process.execPath, [PROGRAM, 'people', 'import', file, '--config', config]);
    } finally {
      await rm(config);
    }
  });

  it.each(DEMO_CLIENTS)(
    'a picture that is written through $dialect is read through every other dialect',
    async (writer) => {
      expect((await writer.upload(gateway.url, portrait, 'portrait.jpg')).status).toBe(200);
      for (const reader of DEMO_CLIENTS) {
        const answer = await fetch((await reader.address(gateway.url)) ?? 'no address');
        expect([reader.dialect, answer.status]).toEqual([reader.dialect, 200]);
        expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(1_000);
      }
    },
  );
});

/** Settings with the dialects and the tenant, but without people. */
const bare = {
  demo: true,
  dialects: { 'capillary-v2': {}, 'magicline-v1': {}, smartsheet: {}, timbu: {}, native: {} },
  tenants: [{ id: 'demo' }],
};
