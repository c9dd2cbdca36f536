import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFilesystemStore } from '../../../src/store/filesystem/filesystem-store.ts';
import type { StoreUnderTest } from '../../../src/store/promises/store-promise.ts';
import type { Store } from '../../../src/store/store.ts';

/** The embedded store in a folder of its own. */
export async function filesystemUnderTest(): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-filesystem-'));
  const opened: Store[] = [];
  const another = async () => {
    const store = createFilesystemStore({ folder });
    opened.push(store);
    await store.start({ create: true });
    return store;
  };
  return {
    store: await another(),
    another,
    close: async () => {
      await Promise.all(opened.map((store) => store.stop()));
      await rm(folder, { recursive: true });
    },
  };
}
