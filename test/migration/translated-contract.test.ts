import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture } from '../chaos/marked-picture.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { aGif, aRawPng } from '../support/pictures.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';
import { CLIENTS, pictureThrough } from './support/legacy-clients.ts';
import { createShimHouse, type ShimHouse } from './support/shim-process.ts';

const DIALECT = ['--dialect', 'magicline-v1'];
const V1 = CLIENTS['magicline-v1'];

describe('v1 in front of a Smartsheet backend in a process of its own', () => {
  let folder: string;
  let backend: GatewayProcess;
  let house: ShimHouse;
  let shim: GatewayProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyface-backend-'));
    backend = await startGatewayProcess(['--config', DEMO_FILE, '--data-dir', folder]);
    house = await createShimHouse({
      backendUrl: backend.url,
      crowd: 1,
      keepsDemoPeople: true,
      backend: { speaks: 'smartsheet', credential: CLIENTS.smartsheet.credential, lossHeader: 'X-Losses' },
    });
    shim = await house.start();
  });
  afterAll(async () => {
    await shim.end();
    await backend.end();
    await house.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const advance = async () => (await house.polyface('migrate', 'advance', ...DIALECT)).json.outcome;
  const lossesOf = (answer: Response) => answer.headers.get('x-losses')?.split(', ') ?? [];

  async function expectRefusalChangesNothing(): Promise<void> {
    expect((await V1.put(shim.url, markedPicture(1))).status).toBe(200);
    const before = await pictureThrough('smartsheet', backend.url);
    const refused = {
      gif: await aGif(),
      text: Buffer.from('no picture'),
      half: markedPicture(2).subarray(0, 300),
    };
    for (const bytes of Object.values(refused)) {
      const answer = await V1.put(shim.url, bytes);
      expect([answer.status, await answer.json()]).toEqual([400, expect.anything()]);
    }
    const after = await pictureThrough('smartsheet', backend.url);
    expect(before && after?.equals(before)).toBe(true);
  }

  it('v1 in front of a Smartsheet backend names the picture and the address that are the backend’s and not those of the contract', async () => {
    const png = aRawPng({ bitDepth: 8, colourType: 2, width: 1500, height: 1000 });
    const put = await V1.put(shim.url, png);
    expect([put.status, lossesOf(put)]).toEqual([200, ['kept image.rendition', 'kept image.url']]);
    const read = await V1.read(shim.url);
    expect(lossesOf(read)).toEqual(['kept image.rendition', 'kept image.url']);
    const address = await V1.pictureUrl(shim.url, read);
    expect(new URL(address ?? '').origin).toBe(backend.url);
  });

  it(
    'v1 in front of a Smartsheet backend changes nothing at the backend in pass-through where the client is told 400',
    expectRefusalChangesNothing,
  );

  it('v1 in front of a Smartsheet backend changes nothing at the backend in dual-write where the client is told 400', async () => {
    expect([await advance(), await advance()]).toEqual(['arrived', 'arrived']);
    await expectRefusalChangesNothing();
  });
});
