import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFilesystemStore } from '../../../src/store/filesystem/filesystem-store.ts';
import { collect } from '../../../src/store/promises/store-promise.ts';
import type { Store } from '../../../src/store/store.ts';

const LONG = 'x'.repeat(240);
/** Keys that end in, before and behind the places where folders of the store end. */
const KEYS = [
  'a',
  'ab',
  'a/b',
  'a/bc',
  'a/bcd',
  'a/b/c',
  'a/bc/d',
  'a/bc/de/f',
  'a/bcd/ef/gh/ij',
  'a/bcd/ef/gh/ik/l',
  'a/bce',
  `${LONG}/a`,
  `a/b${LONG}/c`,
  `a/bc/${LONG}/de`,
];

describe('a listing of the filesystem store', () => {
  let folder: string;
  let store: Store;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyface-prefix-'));
    store = createFilesystemStore({ folder });
    await store.start({ create: true });
    for (const key of KEYS) {
      await store.objects.put(`p/${key}`, { kind: 'memory', bytes: Buffer.from(key) });
      await store.records.swap(`p/${key}`, undefined, key);
    }
  });
  afterAll(async () => {
    await store.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('a listing gives the keys that start with a prefix of any length', async () => {
    const keys = KEYS.map((key) => `p/${key}`).sort();
    const prefixes = new Set(keys.flatMap((key) => Array.from(key, (_, end) => key.slice(0, end + 1))));
    for (const prefix of prefixes) {
      const expected = keys.filter((key) => key.startsWith(prefix));
      const objects = (await collect(store.objects.list(prefix))).map(({ key }) => key);
      const records = await collect(store.records.list(prefix));
      expect({ prefix, objects, records }).toEqual({ prefix, objects: expected, records: expected });
    }
  });
});
