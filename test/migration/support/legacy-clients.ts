import type { BackendCredential } from '../../../src/settings/migration-settings.ts';

/** A client of one dialect, acting on Ada Lovelace of the demo tenant, as that dialect's clients do. */
export interface LegacyClient {
  put(url: string, picture: Uint8Array, fileName?: string): Promise<Response>;
  read(url: string): Promise<Response>;
  /** The address of the picture in the answer to `read`; `undefined` where it names none. */
  pictureUrl(url: string, answer: Response): Promise<string | undefined>;
  /** How a gateway proves itself to a backend that speaks this dialect. */
  readonly credential: BackendCredential;
}

/** The dialects that legacy backends speak. */
export const LEGACY_DIALECTS = ['capillary-v2', 'magicline-v1', 'smartsheet', 'timbu'] as const;

/** One of {@link LEGACY_DIALECTS}. */
export type LegacyDialect = (typeof LEGACY_DIALECTS)[number];

const TILL = `Basic ${Buffer.from('store.server:8a16a6b70505eb1f1ff7cdc0cd5559a7').toString('base64')}`;
const ADMIN = { authorization: 'Bearer demo-smartsheet-admin' };
const ADA = { authorization: 'Bearer demo-timbu-ada' };

/** A client for each legacy dialect. */
export const CLIENTS: Readonly<Record<LegacyDialect, LegacyClient>> = {
  'capillary-v2': {
    put: (url, picture, fileName) =>
      fetch(`${url}/v2/customers/565039506/setImage`, {
        method: 'POST',
        headers: { authorization: TILL },
        body: form('file', picture, fileName),
      }),
    read: (url) =>
      fetch(`${url}/v2/customers/565039506?embed=CUSTOMERIMAGE&source=INSTORE`, {
        headers: { authorization: TILL },
      }),
    async pictureUrl(_url, answer) {
      const { customerImage } = (await answer.json()) as { customerImage: { secureFilePath: string }[] };
      return customerImage[0]?.secureFilePath;
    },
    credential: {
      kind: 'basic',
      username: 'store.server',
      password: 'server123',
      passwordDigest: 'md5-hex',
    },
  },
  'magicline-v1': {
    put: (url, picture, fileName) =>
      fetch(`${url}/v1/customers/1002/images`, {
        method: 'PUT',
        headers: { 'x-api-key': 'demo-v1-key' },
        body: form('image', picture, fileName),
      }),
    read: (url) => fetch(`${url}/v1/customers/1002`, { headers: { 'x-api-key': 'demo-v1-key' } }),
    async pictureUrl(_url, answer) {
      return ((await answer.json()) as { imageUrl?: string }).imageUrl;
    },
    credential: { kind: 'header', name: 'x-api-key', value: 'demo-v1-key' },
  },
  smartsheet: {
    put: (url, picture) =>
      fetch(`${url}/2.0/users/48569348493401201/profileimage`, {
        method: 'POST',
        headers: { ...ADMIN, 'content-type': 'application/octet-stream' },
        body: new Uint8Array(picture),
      }),
    read: (url) => fetch(`${url}/2.0/users/48569348493401201`, { headers: ADMIN }),
    async pictureUrl(url, answer) {
      const { profileImage } = (await answer.json()) as { profileImage?: { imageId: string } };
      if (!profileImage) return undefined;
      const located = await fetch(`${url}/2.0/imageurls`, {
        method: 'POST',
        headers: { ...ADMIN, 'content-type': 'application/json' },
        body: JSON.stringify([{ imageId: profileImage.imageId }]),
      });
      const { imageUrls } = (await located.json()) as { imageUrls: { url?: string }[] };
      return imageUrls[0]?.url;
    },
    credential: { kind: 'bearer', token: 'demo-smartsheet-admin' },
  },
  timbu: {
    put: (url, picture, fileName) =>
      fetch(`${url}/users/image/upload`, {
        method: 'PATCH',
        headers: ADA,
        body: form('file', picture, fileName),
      }),
    read: (url) => fetch(`${url}/users/me`, { headers: ADA }),
    async pictureUrl(_url, answer) {
      return ((await answer.json()) as { image_url?: string }).image_url;
    },
    credential: { kind: 'subject-jwt', secret: 'demo-timbu-secret', claim: 'user_id', ttlSeconds: 300 },
  },
};

/** The picture that a reader of the dialect gets; `undefined` where there is none. Throws where the reading fails. */
export async function pictureThrough(dialect: LegacyDialect, url: string): Promise<Buffer | undefined> {
  const client = CLIENTS[dialect];
  const answer = await client.read(url);
  if (!answer.ok)
    throw new Error(`reading through ${dialect} answers ${answer.status}: ${await answer.text()}`);
  const address = await client.pictureUrl(url, answer);
  if (!address) return undefined;
  const download = await fetch(address);
  if (!download.ok) throw new Error(`the picture's address answers ${download.status}`);
  return Buffer.from(await download.arrayBuffer());
}

function form(field: string, picture: Uint8Array, fileName = 'ada.jpg'): FormData {
  const data = new FormData();
  data.set(field, new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), fileName);
  return data;
}
