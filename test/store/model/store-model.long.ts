import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { type Azurite, azuriteSettings, startAzurite } from '../../support/azurite.ts';
import { type MiniStack, miniStackSettings, startMiniStack } from '../../support/ministack.ts';
import { openMortalStore } from './mortal-store.ts';
import { storeCommands } from './store-commands.ts';
import { emptyModel } from './store-model.ts';
import { operationsOn } from './store-operations.ts';
import type { MortalStore } from './store-port.ts';

let azurite: Azurite;
let engine: MiniStack;
let folder: string;
let stores = 0;

beforeAll(async () => {
  [azurite, engine] = await Promise.all([startAzurite(), startMiniStack('model')]);
  folder = await mkdtemp(join(tmpdir(), 'polyface-model-'));
});
afterAll(async () => {
  await azurite.stop();
  await engine.stop();
  await rm(folder, { recursive: true });
});

/** Random histories against the model; a store is opened for each. */
async function holdAgainstModel(
  open: () => Promise<MortalStore>,
  { runs, lateArrivals }: { readonly runs: number; readonly lateArrivals: boolean },
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.commands(storeCommands, { maxCommands: 40 }), async (commands) => {
      stores += 1;
      const store = await open();
      try {
        await fc.asyncModelRun(() => ({ model: emptyModel(lateArrivals), real: store }), commands);
      } finally {
        await store.close();
      }
    }),
    { numRuns: runs, endOnFailure: true },
  );
}

it('memory does what the model says', async () => {
  const open = async (): Promise<MortalStore> => ({
    operations: operationsOn(createMemoryStore()),
    crash: async () => {},
    close: async () => {},
  });
  await holdAgainstModel(open, { runs: 200, lateArrivals: false });
});

it('filesystem does what the model says, crashes included, and a start clears what they leave', async () => {
  const open = () =>
    openMortalStore({ store: { kind: 'filesystem' }, dataDir: join(folder, String(stores)) });
  await holdAgainstModel(open, { runs: 20, lateArrivals: false });
  for (const data of await readdir(folder)) {
    const last = await openMortalStore({ store: { kind: 'filesystem' }, dataDir: join(folder, data) });
    await last.close();
    expect(await readdir(join(folder, data, 'store', 'temporary'))).toEqual([]);
  }
}, 600_000);

it('azure does what the model says, crashes included', async () => {
  const open = () => openMortalStore({ store: azuriteSettings(azurite, `model-${stores}`), dataDir: folder });
  await holdAgainstModel(open, { runs: 8, lateArrivals: true });
}, 600_000);

it('S3 does what the model says, crashes included', async () => {
  const store = () => miniStackSettings(engine, 'model', { prefix: `model-${stores}` });
  const open = () => openMortalStore({ store: store(), dataDir: folder });
  await holdAgainstModel(open, { runs: 8, lateArrivals: true });
}, 600_000);
