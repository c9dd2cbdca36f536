import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { DEMO_CLIENTS } from '../contract/demo-clients.ts';
import { holdsLocation } from '../corpus/holds-location.ts';
import { aStoredPicture } from '../support/pictures.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

const [capillary, v1, smartsheet, timbu] = DEMO_CLIENTS;
if (!capillary || !v1 || !smartsheet || !timbu) throw new Error('four dialects are expected');

const NATIVE = { authorization: 'Bearer demo-native-key' };
const HEIC = aStoredPicture('twelve-megapixels.heic');
/** What the reference decoder makes of it, 128 × 96. */
const REFERENCE = aStoredPicture('twelve-megapixels-by-heif-convert.png');
const SIZE = { width: 128, height: 96 };

let gateway: DemoGateway;
beforeAll(async () => {
  gateway = await startDemoGateway();
});
afterAll(() => gateway.stop());

const nativeImage = () => `${gateway.url}/native/v1/subjects/ada/image`;

async function download(address: string | undefined, headers = {}): Promise<Buffer> {
  const answer = await fetch(address ?? 'no address', { headers });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

/** The furthest distance of a channel from the reference; the square of Smartsheet without its padding. */
async function distance(picture: Buffer): Promise<number> {
  const { width, height } = await sharp(picture).metadata();
  const content = Math.round((width * SIZE.height) / SIZE.width);
  const top = Math.round((height - content) / 2);
  const [ours, reference] = await Promise.all([
    sharp(picture)
      .extract({ left: 0, top, width, height: content })
      .resize(SIZE)
      .removeAlpha()
      .raw()
      .toBuffer(),
    sharp(REFERENCE).removeAlpha().raw().toBuffer(),
  ]);
  return reference.reduce((most, value, at) => Math.max(most, Math.abs(value - (ours[at] ?? 0))), 0);
}

async function expectEverywhere(): Promise<void> {
  const pictures = {
    capillary: await download(await capillary?.address(gateway.url)),
    v1: await download(await v1?.address(gateway.url)),
    smartsheet: await download(await smartsheet?.address(gateway.url)),
    timbu: await download(await timbu?.address(gateway.url)),
    native: await download(nativeImage(), NATIVE),
  };
  for (const [dialect, picture] of Object.entries(pictures)) {
    const { format, orientation, exif } = await sharp(picture).metadata();
    expect({ dialect, format, orientation, exif }).toEqual({ dialect, format: 'jpeg' });
    expect({ dialect, told: holdsLocation(picture) }).toEqual({ dialect, told: false });
    expect({ dialect, far: (await distance(picture)) > 12 }).toEqual({ dialect, far: false });
  }
}

describe('a HEIC of 12 megapixels, stored on its side, that knows where it was taken', () => {
  it('a HEIC of 12 megapixels uploaded through Timbu is seen upright, in its colours and without EXIF in every dialect', async () => {
    expect((await timbu.upload(gateway.url, HEIC, 'IMG_0001.HEIC')).status).toBe(200);
    await expectEverywhere();
  });

  it('a HEIC of 12 megapixels put through the native API is seen alike in every dialect', async () => {
    const put = await fetch(nativeImage(), {
      method: 'PUT',
      headers: { ...NATIVE, 'content-type': 'image/heic' },
      body: new Uint8Array(Buffer.concat([HEIC, Buffer.alloc(16)])),
    });
    expect(await put.json()).toMatchObject({ mediaType: 'image/jpeg', width: 4032, height: 3024 });
    await expectEverywhere();
  });

  it('a HEIC is refused by Smartsheet and v1, which document other formats', async () => {
    for (const client of [smartsheet, v1]) {
      const answer = await client.upload(gateway.url, HEIC, 'IMG_0001.HEIC');
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('a tenant that lets telephones in', () => {
  let lenient: DemoGateway;
  beforeAll(async () => {
    const widened = { options: { formats: ['jpeg', 'png', 'heic'] } };
    lenient = await startDemoGateway((demo) => ({
      ...demo,
      dialects: {
        ...demo.dialects,
        'magicline-v1': { ...demo.dialects['magicline-v1'], profile: 'documented', ...widened },
        smartsheet: { ...demo.dialects.smartsheet, profile: 'documented', ...widened },
      },
    }));
  });
  afterAll(() => lenient.stop());

  it.each([v1, smartsheet])(
    'a tenant that lets telephones in uploads a HEIC through $dialect, and readers get a JPEG',
    async (client) => {
      expect((await client.upload(lenient.url, HEIC, 'IMG_0001.HEIC')).status).toBe(200);
      const picture = await download(await client.address(lenient.url));
      expect((await sharp(picture).metadata()).format).toBe('jpeg');
      expect(await distance(picture)).toBeLessThanOrEqual(12);
    },
  );
});
