/* Puts more than the process may write into a store, and prints what became of it as JSON. */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../../../src/domain/index.ts';
import { createFilesystemStore } from '../../../src/store/filesystem/filesystem-store.ts';

const folder = String(process.argv[2]);
const { objects, records, start } = createFilesystemStore({ folder });
await start({ create: true });

const reasonOf = (cause: unknown) => (cause instanceof StoreError ? cause.reason : String(cause));
const small = { kind: 'memory', bytes: randomBytes(100) } as const;
const large = randomBytes(2_000_000);

await objects.put('bodies/aa/before.0', small);
await records.swap('subjects/aa', undefined, 'old');
const answers = {
  large: await objects.put('bodies/aa/large.0', { kind: 'memory', bytes: large }).catch(reasonOf),
  largeStream: await objects
    .put('bodies/aa/stream.0', {
      kind: 'stream',
      stream: (async function* () {
        for (let first = 0; first < large.length; first += 50_000)
          yield large.subarray(first, first + 50_000);
      })(),
    })
    .catch(reasonOf),
};
await objects.put('bodies/aa/small.0', small);
const keysAfter: string[] = [];
for await (const { key } of objects.list('')) keysAfter.push(key);
process.stdout.write(
  JSON.stringify({
    ...answers,
    keysAfter,
    temporary: readdirSync(join(folder, 'temporary')),
    recordAfter: (await records.read('subjects/aa'))?.value,
  }),
);
