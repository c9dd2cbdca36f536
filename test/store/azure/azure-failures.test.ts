import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { BlobServiceClient, ContainerSASPermissions, StorageSharedKeyCredential } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAzureStore } from '../../../src/store/azure/azure-store.ts';
import type { Store } from '../../../src/store/store.ts';
import {
  AZURITE_ACCOUNT,
  AZURITE_KEY,
  type Azurite,
  azuriteSettings,
  startAzurite,
} from '../../support/azurite.ts';
import { type Relay, relayTo } from '../relay.ts';

const BODY = { kind: 'memory', bytes: Buffer.from('x') } as const;

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

/** Every operation of a store, by name. */
function operationsOf(store: Store): Record<string, () => Promise<unknown>> {
  const { objects, records } = store;
  return {
    start: () => store.start({ create: true }),
    put: () => objects.put('bodies/a', BODY),
    get: () => objects.get('bodies/a'),
    delete: () => objects.delete('bodies/a'),
    listBodies: async () => {
      for await (const { key } of objects.list('')) return key;
      return undefined;
    },
    read: () => records.read('subjects/a'),
    swap: () => records.swap('subjects/a', undefined, 1),
    replace: () => records.swap('subjects/a', '"0x1"', 1),
    remove: () => records.remove('subjects/a', '"0x1"'),
  };
}

async function expectEachToFail(store: Store, reason: string): Promise<void> {
  for (const [name, run] of Object.entries(operationsOf(store))) {
    const failure = await run().then(
      () => 'nothing',
      (cause: unknown) => cause,
    );
    expect([name, failure]).toEqual([name, expect.objectContaining({ name: 'StoreError', reason })]);
  }
}

describe('a backend that cannot serve', () => {
  it('a backend that cannot serve is denied with a wrong key, in every operation', async () => {
    const store = await createAzureStore(
      azuriteSettings(azurite, 'pictures', {
        credential: {
          kind: 'account-key',
          endpoint: azurite.endpoint,
          account: AZURITE_ACCOUNT,
          key: Buffer.from('wrong').toString('base64'),
        },
      }),
    );
    await expectEachToFail(store, 'denied');
  });

  it('a backend that cannot serve is unavailable where no server listens', async () => {
    const { port } = await listeningFor(() => {});
    const endpoint = `http://127.0.0.1:${port}/${AZURITE_ACCOUNT}`;
    await closeAll();
    const store = await createAzureStore(azuriteSettings({ endpoint }, 'pictures', { timeoutSeconds: 2 }));
    await expectEachToFail(store, 'unavailable');
  });

  it('a backend that cannot serve is unavailable within the time limit where a server listens and never answers', async () => {
    const { port } = await listeningFor((socket) => socket.on('error', () => {}));
    const endpoint = `http://127.0.0.1:${port}/${AZURITE_ACCOUNT}`;
    const store = await createAzureStore(azuriteSettings({ endpoint }, 'pictures', { timeoutSeconds: 0.3 }));
    await expectEachToFail(store, 'unavailable');
    await closeAll();
  });

  it('a backend that cannot serve is unavailable where the container is missing and may not be made', async () => {
    const store = await createAzureStore(azuriteSettings(azurite, 'never-made', { createContainer: false }));
    await expectEachToFail(store, 'unavailable');
  });
});

describe('an answer that is lost on its way', () => {
  let relay: Relay;
  let store: Store;
  beforeAll(async () => {
    relay = await relayTo(azurite.port);
    store = await createAzureStore(
      azuriteSettings(
        { endpoint: azurite.endpoint.replace(String(azurite.port), String(relay.port)) },
        'lost',
      ),
    );
    await store.start({ create: true });
  });
  afterAll(() => relay.close());

  it('an answer that is lost on its way does not make a swap a conflict that took effect', async () => {
    relay.loseNextAnswer('PUT');
    const first = await store.records.swap('subjects/a', undefined, 'first');
    expect(first).toEqual({ version: expect.any(String) });
    relay.loseNextAnswer('PUT');
    const second = await store.records.swap(
      'subjects/a',
      first === 'conflict' ? '' : first.version,
      'second',
    );
    expect(second).toEqual({ version: expect.any(String) });
    expect(await store.records.read('subjects/a')).toEqual({
      value: 'second',
      version: second === 'conflict' ? '' : second.version,
    });
  });

  it('an answer that is lost on its way leaves open whether a removal took effect, rather than calling it a conflict', async () => {
    const made = await store.records.swap('subjects/b', undefined, 'b');
    relay.loseNextAnswer('DELETE');
    await expect(
      store.records.remove('subjects/b', made === 'conflict' ? '' : made.version),
    ).rejects.toMatchObject({ reason: 'unavailable' });
    expect(await store.records.read('subjects/b')).toBeUndefined();
  });

  it('an answer that is lost on its way keeps a body whose first attempt had arrived', async () => {
    relay.loseNextAnswer('PUT');
    await store.objects.put('bodies/a', { kind: 'memory', bytes: Buffer.from('whole') });
    const open = await store.objects.get('bodies/a');
    expect(open?.totalBytes).toBe(5);
    open?.stream.destroy();
  });
});

describe('other credentials', () => {
  const account = () =>
    new BlobServiceClient(azurite.endpoint, new StorageSharedKeyCredential(AZURITE_ACCOUNT, AZURITE_KEY));

  it('a connection string opens the container and signs', async () => {
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=${AZURITE_ACCOUNT};AccountKey=${AZURITE_KEY};BlobEndpoint=${azurite.endpoint};`;
    const store = await createAzureStore(
      azuriteSettings(azurite, 'by-string', { credential: { kind: 'connection-string', connectionString } }),
    );
    await store.start({ create: true });
    await store.objects.put('bodies/a', BODY);
    const url = await store.objects.signedUrl?.('bodies/a', {
      ttlSeconds: 60,
      contentType: 'image/jpeg',
      contentDisposition: 'inline',
    });
    expect(await (await fetch(String(url))).text()).toBe('x');
  });

  it('a shared access signature opens the container and does not pretend to sign', async () => {
    const container = account().getContainerClient('by-sas');
    await container.create();
    const address = await container.generateSasUrl({
      permissions: ContainerSASPermissions.parse('racwdl'),
      expiresOn: new Date(Date.now() + 60_000),
    });
    const store = await createAzureStore(
      azuriteSettings(azurite, 'by-sas', {
        createContainer: false,
        credential: { kind: 'sas', endpoint: azurite.endpoint, token: String(address.split('?')[1]) },
      }),
    );
    await store.start({ create: true });
    expect(store.objects.capabilities.signedDownloads).toBe(false);
    await store.objects.put('bodies/a', BODY);
    expect((await store.objects.get('bodies/a'))?.totalBytes).toBe(1);
    expect(await store.records.swap('subjects/a', undefined, 1)).toHaveProperty('version');
  });
});

const servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

async function listeningFor(serve: (socket: Socket) => void): Promise<{ readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push({ server, sockets });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { port: address.port };
}

async function closeAll(): Promise<void> {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  }
}
