import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A client of one dialect, as Ada: she is one person with an id in each. */
export interface DemoClient {
  readonly dialect: string;
  /** The request of an upload; without `field` the body is the picture itself. */
  readonly uploading: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly field?: string;
  };
  upload(url: string, picture: Buffer, fileName: string): Promise<Response>;
  /** Reads her and gives the address of her picture; `undefined` when she has none. */
  address(url: string): Promise<string | undefined>;
}

/** A photograph of `test/fixtures`. */
export function fixture(name: string): Promise<Buffer> {
  return readFile(join(import.meta.dirname, '../fixtures', name));
}

const TILL = { authorization: 'Basic c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3' };
const V1 = { 'x-api-key': 'demo-v1-key' };
const SMARTSHEET = { authorization: 'Bearer demo-smartsheet-admin' };
const TIMBU = { authorization: 'Bearer demo-timbu-ada' };

/** The four legacy dialects. */
export const DEMO_CLIENTS: readonly DemoClient[] = [
  {
    dialect: 'capillary-v2',
    ...uploadsBy({
      method: 'POST',
      path: '/v2/customers/565039506/setImage',
      headers: TILL,
      field: 'FILE',
    }),
    async address(url) {
      const customer = await json<{ customerImage: { secureFilePath: string }[] }>(
        `${url}/v2/customers/565039506?embed=CUSTOMERIMAGE&source=INSTORE`,
        { headers: TILL },
      );
      return customer.customerImage[0]?.secureFilePath;
    },
  },
  {
    dialect: 'magicline-v1',
    ...uploadsBy({ method: 'PUT', path: '/v1/customers/1002/images', headers: V1, field: 'image' }),
    async address(url) {
      return (await json<{ imageUrl?: string }>(`${url}/v1/customers/1002`, { headers: V1 })).imageUrl;
    },
  },
  {
    dialect: 'smartsheet',
    ...uploadsBy({
      method: 'POST',
      path: '/2.0/users/48569348493401201/profileimage',
      headers: SMARTSHEET,
    }),
    async address(url) {
      const { profileImage } = await json<{ profileImage?: { imageId: string } }>(
        `${url}/2.0/users/48569348493401201`,
        { headers: SMARTSHEET },
      );
      if (!profileImage) return undefined;
      const { imageUrls } = await json<{ imageUrls: { url: string }[] }>(`${url}/2.0/imageurls`, {
        method: 'POST',
        headers: { ...SMARTSHEET, 'content-type': 'application/json' },
        body: JSON.stringify([{ imageId: profileImage.imageId }]),
      });
      return imageUrls[0]?.url;
    },
  },
  {
    dialect: 'timbu',
    ...uploadsBy({ method: 'PATCH', path: '/users/image/upload', headers: TIMBU, field: 'file' }),
    async address(url) {
      const { image_url } = await json<{ image_url: string }>(`${url}/users/me`, { headers: TIMBU });
      // Relative in the observed profile: its clients put this before it.
      return image_url === '' ? undefined : new URL(image_url, `${url}/images/`).href;
    },
  },
];

/** A form with one file. */
export function form(field: string, picture: Buffer, fileName: string): FormData {
  const data = new FormData();
  data.set(field, new Blob([new Uint8Array(picture)]), fileName);
  return data;
}

function uploadsBy(uploading: DemoClient['uploading']): Pick<DemoClient, 'uploading' | 'upload'> {
  const { method, path, headers, field } = uploading;
  return {
    uploading,
    upload: (url, picture, fileName) =>
      fetch(
        `${url}${path}`,
        field === undefined
          ? {
              method,
              headers: { ...headers, 'content-disposition': `attachment; filename="${fileName}"` },
              body: new Uint8Array(picture),
            }
          : { method, headers, body: form(field, picture, fileName) },
      ),
  };
}

async function json<T>(url: string, init: RequestInit): Promise<T> {
  const answer = await fetch(url, init);
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
