import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO_CLIENTS, type DemoClient, fixture } from '../contract/demo-clients.ts';
import { holdUpload } from '../contract/held-upload.ts';
import { colourName, readPixels } from '../imaging/read-pixels.ts';
import { aJpeg } from '../support/pictures.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

const v1 = DEMO_CLIENTS.find(({ dialect }) => dialect === 'magicline-v1');
if (!v1) throw new Error('the customers API v1 is expected');
const others = DEMO_CLIENTS.filter((client) => client !== v1);

/** Told apart by the top left corner, which is red. */
const early = await aJpeg({ width: 400, height: 300, grain: 90 });
const late = await aJpeg({ width: 400, height: 300, grain: 90, motif: 'photograph' });

let gateway: DemoGateway;

beforeAll(async () => {
  gateway = await startDemoGateway();
});
afterAll(() => gateway.stop());

/** Whether readers see `early`. */
async function earlyIsSeen(): Promise<boolean> {
  const answer = await fetch((await v1?.address(gateway.url)) ?? 'no address');
  return colourName(readPixels(Buffer.from(await answer.arrayBuffer())).at(0.1, 0.1)) === 'red';
}

async function upload(client: DemoClient, picture: Buffer): Promise<void> {
  const answer = await client.upload(gateway.url, picture, 'picture.jpg');
  expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
}

describe('an update through v1 that began before another one committed', () => {
  it.each(DEMO_CLIENTS)(
    'an update through v1 that began before one through $dialect committed gets 409, and the other one stays',
    async (other) => {
      await upload(v1, await fixture('logo.png'));
      const held = await holdUpload(gateway.url, v1, early);
      await upload(other, late);
      const { status, headers, body } = await held.finish();
      expect([status, headers['content-type']]).toEqual([409, 'application/json']);
      expect(JSON.parse(body)).toEqual({
        errorMessage: 'Concurrent modification detected. The entity was modified by another request.',
        errorCode: 'error.concurrent.modification',
        traceId: expect.stringMatching(/^\d+$/),
      });
      expect(await earlyIsSeen()).toBe(false);
      expect(await gateway.leftovers()).toEqual([]);
      await upload(v1, early);
      expect(await earlyIsSeen()).toBe(true);
    },
  );

  it('an update through v1 does not disturb one of another customer', async () => {
    const held = await holdUpload(gateway.url, v1, early);
    const elsewhere = { ...v1.uploading, path: '/v1/customers/1003/images' };
    const another = await holdUpload(gateway.url, { ...v1, uploading: elsewhere }, late);
    expect((await another.finish()).status).toBe(200);
    expect((await held.finish()).status).toBe(200);
  });
});

describe('an upload through any other dialect that began before another one committed', () => {
  it.each(others)(
    'an upload through $dialect that began before another one committed replaces it',
    async (client) => {
      const held = await holdUpload(gateway.url, client, early);
      await upload(v1, late);
      expect(await earlyIsSeen()).toBe(false);
      const { status } = await held.finish();
      expect(status).toBe(200);
      expect(await earlyIsSeen()).toBe(true);
    },
  );
});
