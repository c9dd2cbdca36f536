/* Uses a store whose settings name an identity, and prints what came of it as JSON. */
import { text } from 'node:stream/consumers';
import { createAzureStore } from '../../../src/store/azure/azure-store.ts';

const store = await createAzureStore(JSON.parse(String(process.argv[2])));
await store.start({ create: true });
const { objects, records } = store;
await objects.put('bodies/a', { kind: 'memory', bytes: Buffer.from('body') });
const open = await objects.get('bodies/a');
const url = String(
  await objects.signedUrl?.('bodies/a', {
    ttlSeconds: 60,
    contentType: 'image/png',
    contentDisposition: 'inline',
  }),
);
const signed = await fetch(url);
const altered = await fetch(url.replace('bodies/a', 'bodies/b'));
process.stdout.write(
  JSON.stringify({
    signs: objects.capabilities.signedDownloads,
    read: open && (await text(open.stream)),
    swapped: (await records.swap('subjects/a', undefined, 1)) !== 'conflict',
    signed: [signed.status, signed.headers.get('content-type'), await signed.text()],
    altered: altered.status,
  }),
);
await store.stop();
