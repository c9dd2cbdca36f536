import { type ChaosSubject, TILL, timbuKey } from './chaos-house.ts';

/** What a client knows of its write once it is over. */
export type WriteAnswer = 'acknowledged' | 'refused' | 'open';

type Put = (url: string, subject: ChaosSubject, picture: Buffer) => Promise<Response>;

const native = { authorization: 'Bearer native-key' };
const till = { authorization: `Basic ${Buffer.from(TILL).toString('base64')}` };

function form(field: string, picture: Buffer): FormData {
  const data = new FormData();
  data.set(field, new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'me.jpg');
  return data;
}

/** One upload through each dialect, as its clients send it. */
export const PUTS: Readonly<Record<string, Put>> = {
  'capillary-v2': (url, { number }, picture) =>
    fetch(`${url}/v2/customers/${1_000 + number}/setImage`, {
      method: 'POST',
      headers: till,
      body: form('file', picture),
    }),
  'magicline-v1': (url, { number }, picture) =>
    fetch(`${url}/v1/customers/${2_000 + number}/images`, {
      method: 'PUT',
      headers: { 'x-api-key': 'v1-key' },
      body: form('image', picture),
    }),
  smartsheet: (url, { number }, picture) =>
    fetch(`${url}/2.0/users/${4_000 + number}/profileimage`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer smartsheet-key',
        'content-type': 'image/jpeg',
        'content-disposition': 'attachment; filename="me.jpg"',
      },
      body: new Uint8Array(picture),
    }),
  timbu: (url, subject, picture) =>
    fetch(`${url}/users/image/upload`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${timbuKey(subject)}` },
      body: form('file', picture),
    }),
  native: (url, { id }, picture) =>
    fetch(`${url}/native/v1/subjects/${id}/image`, {
      method: 'PUT',
      headers: { ...native, 'content-type': 'image/jpeg' },
      body: new Uint8Array(picture),
    }),
};

/** Deletes the picture. */
export function deletePicture(url: string, { id }: ChaosSubject): Promise<Response> {
  return fetch(`${url}/native/v1/subjects/${id}/image`, { method: 'DELETE', headers: native });
}

/** Sends a write and tells what its client may conclude: an answer of 5xx leaves it open, as does none. */
export async function answerTo(send: () => Promise<Response>): Promise<WriteAnswer> {
  try {
    const response = await send();
    await response.arrayBuffer();
    if (response.ok) return 'acknowledged';
    return response.status < 500 && response.status !== 408 ? 'refused' : 'open';
  } catch {
    // The connection broke; whether before or after the commit, no client can tell.
    return 'open';
  }
}

/** The picture as the native dialect serves it: bytes, `null` for none, `undefined` where the gateway could not answer. */
export async function readPicture(url: string, { id }: ChaosSubject): Promise<Buffer | null | undefined> {
  try {
    const response = await fetch(`${url}/native/v1/subjects/${id}/image`, { headers: native });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.status === 404) return null;
    return response.ok ? bytes : undefined;
  } catch {
    // The gateway died; the next reading goes to another.
    return undefined;
  }
}

/** The picture by the signed address that v1 prints; `null` where it prints none. */
export async function readThroughV1(url: string, { number }: ChaosSubject): Promise<Buffer | null> {
  const response = await fetch(`${url}/v1/customers/${2_000 + number}`, {
    headers: { 'x-api-key': 'v1-key' },
  });
  if (!response.ok) throw new Error(`v1 answers ${response.status}`);
  const { imageUrl } = (await response.json()) as { readonly imageUrl?: string | null };
  if (!imageUrl) return null;
  const download = await fetch(imageUrl);
  if (!download.ok) throw new Error(`a signed address that was just printed answers ${download.status}`);
  return Buffer.from(await download.arrayBuffer());
}
