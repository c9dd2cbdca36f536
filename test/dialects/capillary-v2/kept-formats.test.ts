import { afterEach, describe, expect, it } from '@jest/globals';
import {
  aTellingHeic,
  aTellingIco,
  aTellingJp2,
  aTellingJxl,
  aTellingPsd,
  aTellingSvg,
  box,
  TELLTALE,
} from '../../support/pictures.ts';
import { type DemoGateway, startDemoGateway } from '../../support/start-gateway.ts';

const TILL = { authorization: 'Basic c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3' };
const CUSTOMER = '/v2/customers/565039506';

let gateway: DemoGateway;
afterEach(() => gateway.stop());

/** A gateway with these options for Capillary; pictures of any size are taken. */
async function speaking(options: { readonly originals?: 'clean' | 'exact' }): Promise<void> {
  gateway = await startDemoGateway((demo) => ({
    ...demo,
    dialects: { 'capillary-v2': { profile: 'documented', options: { minBytes: 1, ...options } } },
    tenants: demo.tenants.map((tenant) => ({
      ...tenant,
      credentials: tenant.credentials.filter(({ dialect }) => dialect === 'capillary-v2'),
    })),
  }));
}

async function uploaded(picture: Buffer): Promise<{ readonly fileSize: string }> {
  const form = new FormData();
  form.set('FILE', new Blob([new Uint8Array(picture)]), 'picture');
  const response = await fetch(`${gateway.url}${CUSTOMER}/setImage`, {
    method: 'POST',
    headers: TILL,
    body: form,
  });
  expect(response.status).toBe(200);
  const { data } = (await response.json()) as { data: [{ file: { fileSize: string } }] };
  return data[0].file;
}

async function downloaded(): Promise<{
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

const BUILDERS: readonly [string, () => Buffer | Promise<Buffer>][] = [
  ['image/heic', () => aTellingHeic({ more: [box('free', Buffer.alloc(2_000_000))] })],
  ['image/jxl', aTellingJxl],
  ['image/jp2', aTellingJp2],
  ['image/vnd.adobe.photoshop', aTellingPsd],
  ['image/x-icon', aTellingIco],
  ['image/svg+xml', () => aTellingSvg()],
];

describe('a download of a picture that nobody decodes', () => {
  it.each(BUILDERS)('tells no place, and has the size that was uploaded: %s', async (type, build) => {
    await speaking({});
    const original = await build();
    const { fileSize } = await uploaded(original);
    const first = await downloaded();
    expect(first.bytes.includes(TELLTALE)).toBe(false);
    expect(first.bytes.length).toBe(original.length);
    expect([fileSize, first.fileSize]).toEqual([String(original.length), String(original.length)]);
    expect(first.headers.get('content-type')).toContain(type);
    expect(first.headers.get('content-disposition')).toMatch(/^attachment/u);
    expect((await downloaded()).bytes.equals(first.bytes)).toBe(true);
  });

  it.each(BUILDERS)(
    'is the upload byte for byte where exactly that is asked for: %s',
    async (_type, build) => {
      await speaking({ originals: 'exact' });
      const original = await build();
      await uploaded(original);
      expect((await downloaded()).bytes.equals(original)).toBe(true);
    },
  );
});
