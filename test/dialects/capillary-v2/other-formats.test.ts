import { afterEach, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { holdsLocation } from '../../corpus/holds-location.ts';
import { aHollowHeic, anSvg, aStoredPicture } from '../../support/pictures.ts';
import { type DemoGateway, startDemoGateway } from '../../support/start-gateway.ts';

const TILL = { authorization: 'Basic c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3' };
const CUSTOMER = '/v2/customers/565039506';

let gateway: DemoGateway;
afterEach(() => gateway.stop());

/** Starts a gateway with these options for Capillary that takes pictures of any size. */
async function startCapillary(options: { readonly originals?: 'clean' | 'exact' }): Promise<void> {
  gateway = await startDemoGateway((demo) => ({
    ...demo,
    dialects: { 'capillary-v2': { profile: 'documented', options: { minBytes: 1, ...options } } },
    tenants: demo.tenants.map((tenant) => ({
      ...tenant,
      credentials: tenant.credentials.filter(({ dialect }) => dialect === 'capillary-v2'),
    })),
  }));
}

async function upload(picture: Buffer) {
  const form = new FormData();
  form.set('FILE', new Blob([new Uint8Array(picture)]), 'picture');
  const response = await fetch(`${gateway.url}${CUSTOMER}/setImage`, {
    method: 'POST',
    headers: TILL,
    body: form,
  });
  return { status: response.status, text: await response.text() };
}

async function download(): Promise<{
  readonly bytes: Buffer;
  readonly headers: Headers;
  readonly fileSize: string;
}> {
  const customer = await fetch(`${gateway.url}${CUSTOMER}?embed=CUSTOMERIMAGE&source=INSTORE`, {
    headers: TILL,
  });
  const { customerImage } = (await customer.json()) as {
    customerImage: [{ secureFilePath: string; file: { fileSize: string } }];
  };
  const [{ secureFilePath, file }] = customerImage;
  const response = await fetch(secureFilePath);
  expect(response.status).toBe(200);
  return { bytes: Buffer.from(await response.arrayBuffer()), headers: response.headers, ...file };
}

const FILES = ['gps.heic', 'gps.jxl', 'layers.psd', 'boxes.jp2', 'three-sizes.ico', 'orientation-6.dng'];

describe('Capillary, a picture in a format that browsers do not show', () => {
  it('a picture of another format is handed out as a clean JPEG or PNG, with the size of the upload in its facts', async () => {
    await startCapillary({});
    for (const file of FILES) {
      const original = aStoredPicture(file);
      expect(await upload(original)).toMatchObject({ status: 200 });
      const { bytes, headers, fileSize } = await download();
      const type = file === 'three-sizes.ico' ? 'png' : 'jpeg';
      expect({ file, type: headers.get('content-type') }).toEqual({ file, type: `image/${type}` });
      expect(headers.get('content-disposition') ?? '').not.toMatch(/^attachment/u);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: type });
      expect({ file, told: holdsLocation(bytes) || bytes.includes('Exif') }).toEqual({ file, told: false });
      expect(fileSize).toBe(String(original.length));
    }
  });

  it('a picture of another format is handed out byte for byte, as an attachment, where `originals` is `exact`', async () => {
    await startCapillary({ originals: 'exact' });
    for (const file of FILES) {
      const original = aStoredPicture(file);
      expect(await upload(original)).toMatchObject({ status: 200 });
      const { bytes, headers } = await download();
      expect({ file, same: bytes.equals(original) }).toEqual({ file, same: true });
      expect(headers.get('content-disposition')).toMatch(/^attachment/u);
    }
  });

  it('a file that cannot be decoded is refused: boxes without a picture, a drawing', async () => {
    await startCapillary({});
    for (const bytes of [aHollowHeic(), anSvg()])
      expect((await upload(bytes)).text).not.toContain('Successfully');
  });
});
