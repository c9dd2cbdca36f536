import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PreflightReport } from '../../src/migration/preflight/preflight-report.ts';
import { smallMarkedPicture } from '../chaos/marked-picture.ts';
import { fixture } from '../contract/demo-clients.ts';
import { type CapillaryProcess, startCapillaryProcess } from './support/independent-capillary.ts';
import { createShimHouse, type ShimHouse } from './support/shim-process.ts';

/** The first has a picture of 115 KB, the second one of 3 KB, the third none. */
const PICTURES: readonly (readonly [customer: string, picture: () => Promise<Buffer>])[] = [
  ['5000', () => fixture('portrait.jpg')],
  ['5001', async () => smallMarkedPicture(1)],
];

describe('the preflight before a Capillary server', () => {
  let backend: CapillaryProcess;
  let house: ShimHouse;

  beforeAll(async () => {
    backend = await startCapillaryProcess();
    for (const [customer, picture] of PICTURES) {
      const form = new FormData();
      form.set('FILE', new Blob([new Uint8Array(await picture())], { type: 'image/jpeg' }), 'me.jpg');
      const url = `${backend.url}/v2/customers/${customer}/setImage`;
      expect((await fetch(url, { method: 'POST', body: form })).status).toBe(200);
    }
    house = await createShimHouse({
      backendUrl: backend.url,
      crowd: 3,
      backend: {
        speaks: 'capillary-v2',
        credential: { kind: 'bearer', token: 'any' },
        passCredential: false,
        takesUnknown: false,
      },
    });
    await (await house.start()).end();
  });
  afterAll(async () => {
    await house.remove();
    await backend.stop();
  });

  async function preflight(dialect: string): Promise<PreflightReport> {
    const { json } = await house.polyface(
      'migrate',
      'preflight',
      '--dialect',
      dialect,
      '--subjects',
      house.subjectsFile,
      '--json',
    );
    return json as unknown as PreflightReport;
  }

  async function rewriteSettings(change: (text: string) => string): Promise<void> {
    const file = join(house.folder, 'shim.yaml');
    await writeFile(file, change(await readFile(file, 'utf8')));
  }

  it('the preflight before a Capillary server names people without an id there', async () => {
    await rewriteSettings((text) => text.replace("capillary-v2: '5002', ", ''));
    const { checks } = await preflight('magicline-v1');
    expect(checks.find(({ name }) => name === 'the people of the list are known here')).toMatchObject({
      verdict: 'failed',
      found: '1 without an id in the backend’s dialect',
      examples: ['5002'],
    });
  });

  it('the preflight before a Capillary server says that its small pictures are refused from dual-write on', async () => {
    await rewriteSettings((text) =>
      text
        .replace(/dialect: magicline-v1(?=\s+baseUrl)/, 'dialect: capillary-v2')
        .replace(/ +speaks: capillary-v2\n/, ''),
    );
    const { checks, differences } = await preflight('capillary-v2');
    expect(checks.find(({ name }) => name === 'such pictures are accepted here')).toMatchObject({
      verdict: 'warning',
      found: '1 file-too-small',
    });
    expect(differences.find(({ stage }) => stage === 'dual-write')?.clients).toEqual(
      expect.arrayContaining([
        '1 of 3 people of the sample get 404, because the directory does not know them',
        'uploads like those of 1 of 3 people of the sample are refused (400)',
      ]),
    );
  });
});
