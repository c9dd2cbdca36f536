/*
 * `npm run demo`: a gateway on a free port; a photograph through each of the four legacy dialects, read back through the others. Request
 * and answer side by side; exits 0 only if all is well.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormData, fetch } from 'undici';
import { inspectPicture } from '../src/conformance/pictures/inspect-picture.ts';
import { startPolyface } from '../src/main.ts';
import { loadSettings } from '../src/settings/load-settings.ts';

interface Speaker {
  readonly dialect: string;
  upload(url: string, picture: Buffer): Promise<Answer>;
  /** Reads Ada and gives the address of her picture. */
  read(url: string): Promise<{ readonly answer: Answer; readonly address?: string }>;
}

interface Answer {
  readonly line: string;
  readonly status: number;
  readonly text: string;
}

const TILL = { authorization: 'Basic c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3' };
const V1 = { 'x-api-key': 'demo-v1-key' };
const SMARTSHEET = { authorization: 'Bearer demo-smartsheet-admin' };
const TIMBU = { authorization: 'Bearer demo-timbu-ada' };

const speakers: readonly Speaker[] = [
  {
    dialect: 'capillary-v2',
    upload: (url, picture) =>
      send('POST', `${url}/v2/customers/565039506/setImage`, TILL, form('FILE', picture)),
    read: async (url) => {
      const answer = await send(
        'GET',
        `${url}/v2/customers/565039506?embed=CUSTOMERIMAGE&source=INSTORE`,
        TILL,
      );
      return found(answer, (json) => json.customerImage?.[0]?.secureFilePath);
    },
  },
  {
    dialect: 'magicline-v1',
    upload: (url, picture) => send('PUT', `${url}/v1/customers/1002/images`, V1, form('image', picture)),
    read: async (url) => found(await send('GET', `${url}/v1/customers/1002`, V1), (json) => json.imageUrl),
  },
  {
    dialect: 'smartsheet',
    upload: (url, picture) =>
      send('POST', `${url}/2.0/users/48569348493401201/profileimage`, SMARTSHEET, picture),
    read: async (url) => {
      const user = await send('GET', `${url}/2.0/users/48569348493401201`, SMARTSHEET);
      const imageId = (JSON.parse(user.text) as LooseJson).profileImage?.imageId;
      const headers = { ...SMARTSHEET, 'content-type': 'application/json' };
      const urls = await send('POST', `${url}/2.0/imageurls`, headers, JSON.stringify([{ imageId }]));
      return { ...found(urls, (json) => json.imageUrls?.[0]?.url), answer: user };
    },
  },
  {
    dialect: 'timbu',
    upload: (url, picture) => send('PATCH', `${url}/users/image/upload`, TIMBU, form('file', picture)),
    read: async (url) => found(await send('GET', `${url}/users/me`, TIMBU), (json) => json.image_url),
  },
];

/** Just enough of the four answers to find the address in each. */
interface LooseJson {
  readonly customerImage?: readonly { readonly secureFilePath?: string }[];
  readonly imageUrl?: string;
  readonly profileImage?: { readonly imageId?: string };
  readonly imageUrls?: readonly { readonly url?: string }[];
  readonly image_url?: string;
}

function found(answer: Answer, pick: (json: LooseJson) => string | undefined) {
  const address = pick(JSON.parse(answer.text) as LooseJson);
  return { answer, ...(address ? { address } : {}) };
}

function form(field: string, picture: Buffer): FormData {
  const data = new FormData();
  data.set(field, new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'camera.jpg');
  return data;
}

async function send(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  url: string,
  headers: Record<string, string>,
  body?: FormData | Buffer | string,
): Promise<Answer> {
  const reply = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const { pathname, search } = new URL(url);
  return { line: `${method} ${pathname}${search}`, status: reply.status, text: await reply.text() };
}

let failures = 0;

function show(what: string, { line, status, text }: Answer): void {
  console.log(
    `  ${what}\n    > ${line}\n    < ${status} ${text.length > 300 ? `${text.slice(0, 300)}…` : text}`,
  );
  if (status !== 200) failures += 1;
}

const folder = await mkdtemp(join(tmpdir(), 'polyface-demo-'));
const settings = await loadSettings({ overrides: { file: 'config/demo.yaml', port: 0, dataDir: folder } });
const gateway = await startPolyface({ ...settings, log: { level: 'error' } });
try {
  const picture = await readFile('test/fixtures/camera.jpg');
  for (const writer of speakers) {
    console.log(`\n${writer.dialect}: upload, then read through the others`);
    show('upload', await writer.upload(gateway.url, picture));
    for (const reader of speakers) {
      const { answer, address } = await reader.read(gateway.url);
      show(`read through ${reader.dialect}`, answer);
      const download = address === undefined ? undefined : await fetch(address);
      const bytes = download ? Buffer.from(await download.arrayBuffer()) : Buffer.alloc(0);
      const seen = inspectPicture(bytes);
      const upright = (seen.height ?? 0) >= (seen.width ?? Number.POSITIVE_INFINITY);
      const good = download?.status === 200 && upright && seen.metadata.length === 0;
      if (!good) failures += 1;
      console.log(
        `    = ${good ? 'downloads' : 'FAILED'}: ${seen.format} ${seen.width ?? '?'} × ${seen.height ?? '?'}, ${bytes.byteLength} bytes, metadata: ${seen.metadata.join(', ') || 'none'}`,
      );
    }
  }
} finally {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
}
console.log(failures === 0 ? '\nAll is well.' : `\n${failures} steps failed.`);
process.exitCode = failures === 0 ? 0 : 1;
