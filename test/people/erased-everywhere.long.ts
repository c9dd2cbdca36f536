import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { afterEach, describe, expect, it } from '@jest/globals';
import { backendSettings, startBackend } from '../migration/support/start-shim.ts';
import { AZURITE_ACCOUNT, AZURITE_KEY, azuriteSettings, startAzurite } from '../support/azurite.ts';
import { aJpeg } from '../support/pictures.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

const KEY = { authorization: 'Bearer demo-native-key' };
const TILL = { authorization: 'Basic c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3' };
const V1 = { 'x-api-key': 'demo-v1-key' };
const SMARTSHEET = { authorization: 'Bearer demo-smartsheet-admin' };

/** Every word is of this person alone. */
const ALIASES = {
  'capillary-v2': '618273645',
  'magicline-v1': '77180339',
  smartsheet: '48569348777180339',
  timbu: 'zx-timbu-77180339',
  native: 'zx-native-77180339',
};
const WORDS = [
  'zx-person-77180339',
  'zx-former-77180339',
  ...Object.values(ALIASES),
  'zx.mail.77180339@example.com',
  '4477180339',
  'Zaphodius',
  'Beeblebroxius',
  'zx-crm-77180339',
];
const PERSON = {
  aliases: ALIASES,
  identifiers: { externalId: 'zx-crm-77180339' },
  profile: {
    firstName: 'Zaphodius',
    lastName: 'Beeblebroxius',
    email: 'zx.mail.77180339@example.com',
    phoneNumber: '+4477180339',
  },
};

/** Where a store keeps everything, byte for byte, by name. */
type Everything = () => Promise<ReadonlyMap<string, Buffer>>;

interface Place {
  readonly store?: ReturnType<typeof azuriteSettings>;
  readonly everything: (dataDir: string) => Promise<ReadonlyMap<string, Buffer>>;
  readonly stop: () => Promise<void>;
}

/** The folders of the embedded store spread a key: its parts are put together again. */
function keyOfPath(path: string): string {
  return path.replaceAll(/[/=]/g, '').replaceAll(',', '/');
}

async function filesBelow(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.map(async (file): Promise<[string, Buffer][]> => {
    // A temporary file may go between the look and the read.
    const bytes = await readFile(file).catch(() => undefined);
    return bytes ? [[keyOfPath(file), bytes]] : [];
  });
  return new Map((await Promise.all(read)).flat());
}

async function startPlace(kind: 'filesystem' | 'azure'): Promise<Place> {
  if (kind === 'filesystem') return { everything: filesBelow, stop: async () => {} };
  const azurite = await startAzurite();
  const store = azuriteSettings(azurite, 'erased');
  const service = new BlobServiceClient(
    azurite.endpoint,
    new StorageSharedKeyCredential(AZURITE_ACCOUNT, AZURITE_KEY),
  );
  return {
    store,
    async everything(dataDir) {
      const found = await filesBelow(dataDir);
      const container = service.getContainerClient(store.container);
      for await (const { name, metadata, tags } of container.listBlobsFlat({ includeMetadata: true })) {
        const bytes = await container.getBlobClient(name).downloadToBuffer();
        const said = JSON.stringify({ name, metadata, tags });
        found.set(name, Buffer.concat([Buffer.from(said), bytes]));
      }
      return found;
    },
    stop: () => azurite.stop(),
  };
}

/** Which needles lie where; the name of a file or blob counts as well. */
function search(
  everything: ReadonlyMap<string, Buffer>,
  needles: Readonly<Record<string, Buffer>>,
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(needles).flatMap(([label, needle]) => {
      const places = [...everything].flatMap(([name, bytes]) =>
        bytes.includes(needle) || name.includes(needle.toString()) ? [name] : [],
      );
      return places.length > 0 ? [[label, places]] : [];
    }),
  );
}

function form(field: string, picture: Buffer): FormData {
  const body = new FormData();
  body.append(field, new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'face.jpg');
  return body;
}

async function good(answer: Promise<Response>): Promise<Response> {
  const given = await answer;
  expect({ status: given.status, url: given.url }).toMatchObject({ status: expect.any(Number) });
  if (given.status >= 400) throw new Error(`${given.url}: ${given.status} ${await given.text()}`);
  return given;
}

async function makePerson(url: string, person: object): Promise<void> {
  const json = { ...KEY, 'content-type': 'application/json' };
  const path = `${url}/native/v1/people/zx-former-77180339`;
  await good(fetch(path, { method: 'PUT', headers: json, body: JSON.stringify(person) }));
}

/** Writes and reads the person through every dialect, each picture in the renditions of all. */
async function use(url: string): Promise<void> {
  const picture = (grain: number) => aJpeg({ width: 320, height: 240, grain });
  const capillary = `${url}/v2/customers/${ALIASES['capillary-v2']}`;
  const v1 = `${url}/v1/customers/${ALIASES['magicline-v1']}`;
  const smartsheet = `${url}/2.0/users/${ALIASES.smartsheet}`;
  const native = `${url}/native/v1/subjects/${ALIASES.native}/image`;
  await good(
    fetch(`${capillary}/setImage`, { method: 'POST', headers: TILL, body: form('file', await picture(31)) }),
  );
  await good(fetch(`${v1}/images`, { method: 'PUT', headers: V1, body: form('image', await picture(47)) }));
  await good(
    fetch(`${smartsheet}/profileimage`, {
      method: 'POST',
      headers: { ...SMARTSHEET, 'content-type': 'image/jpeg' },
      body: new Uint8Array(await picture(63)),
    }),
  );
  await good(fetch(native, { headers: KEY }));
  await good(fetch(v1, { headers: V1 }));
  await good(fetch(smartsheet, { headers: SMARTSHEET }));
  await good(fetch(`${capillary}?embed=CUSTOMERIMAGE&source=INSTORE`, { headers: TILL }));
}

/**
 * Some bytes from the middle of each body. No other person has pictures here. Originals, renditions, the
 * shadow's, and what it kept.
 */
function pictureNeedles(everything: ReadonlyMap<string, Buffer>): Record<string, Buffer> {
  const bodies = [...everything].filter(([name]) => /bodies\/|migration\/pictures/.test(name));
  return Object.fromEntries(
    bodies.map(([name, bytes]) => {
      const middle = Math.floor(bytes.length / 2);
      return [`picture ${name}`, bytes.subarray(middle, middle + 48)];
    }),
  );
}

describe.each(['filesystem', 'azure'] as const)('after an erasure on %s', (kind) => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  it('no file and no blob holds an id, a name, an address or a picture of the person', async () => {
    const place = await startPlace(kind);
    stops.push(() => place.stop());
    const backend = await startBackend();
    stops.push(() => backend.stop());
    await makePerson(backend.url, { ...PERSON, profile: { ...PERSON.profile, firstName: 'Another' } });
    const shadow = backendSettings('magicline-v1', backend.url, { initialStage: 'shadow' });
    const gateway: DemoGateway = await startDemoGateway(
      (demo) => ({
        ...demo,
        ...(place.store ? { store: place.store } : {}),
        validateResponses: 'off',
        migration: {
          backends: [
            { ...shadow, shadow: { ...shadow.shadow, keepPictures: true } },
            backendSettings('capillary-v2', backend.url, { initialStage: 'dual-write' }),
          ],
        },
      }),
      { beginStore: true },
    );
    stops.push(() => gateway.stop());
    const everything: Everything = () => place.everything(gateway.dataDir);
    await makePerson(gateway.url, PERSON);
    const rename = `${gateway.url}/native/v1/people/zx-former-77180339/rename`;
    const json = { ...KEY, 'content-type': 'application/json' };
    const body = JSON.stringify({ id: 'zx-person-77180339' });
    await good(fetch(rename, { method: 'POST', headers: json, body }));
    await use(gateway.url);
    // The shadow works behind its clients: its subject, and what differs, come a moment later.
    const words = Object.fromEntries(WORDS.map((word) => [word, Buffer.from(word)]));
    while ([...(await everything())].every(([name]) => !name.includes('differences'))) await pause(100);

    const before = await everything();
    const needles = { ...words, ...pictureNeedles(before) };
    expect(Object.keys(needles).length).toBeGreaterThan(WORDS.length + 3);
    expect(Object.keys(search(before, needles)).sort()).toEqual(Object.keys(needles).sort());

    const erased = await good(
      fetch(`${gateway.url}/native/v1/people/zx-person-77180339`, { method: 'DELETE', headers: KEY }),
    );
    const receipt = await erased.text();
    for (const word of WORDS) expect(receipt).not.toContain(word);
    await gateway.end();
    expect(search(await everything(), needles)).toEqual({});

    const atBackend = await fetch(
      `${backend.url}/v2/customers/${ALIASES['capillary-v2']}?embed=CUSTOMERIMAGE&source=INSTORE`,
      { headers: TILL },
    );
    expect(((await atBackend.json()) as { customerImage: unknown[] }).customerImage).toEqual([]);
  });
});
