import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAzureStore } from '../../../src/store/azure/azure-store.ts';
import { createFilesystemStore } from '../../../src/store/filesystem/filesystem-store.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { createS3Store } from '../../../src/store/s3/s3-store.ts';
import { type Azurite, azuriteSettings, startAzurite } from '../../support/azurite.ts';
import { type MiniStack, miniStackSettings, startMiniStack } from '../../support/ministack.ts';
import { runModel } from './run-model.ts';

/** Multiplies the short form, whose figures fit into the suite. */
const TIMES = Number(process.env.MODEL_TIMES ?? 1);
const PROMISE = 'never reads stale, never resurrects and loses nothing that was acknowledged';

describe('a migration under crashes and races', () => {
  let azurite: Azurite;
  let engine: MiniStack;
  let containers = 0;
  beforeAll(async () => {
    [azurite, engine] = await Promise.all([startAzurite(), startMiniStack('model')]);
  });
  afterAll(async () => {
    await azurite.stop();
    await engine.stop();
  });

  it(`a migration under crashes and races ${PROMISE}, in memory`, async () => {
    const tally = await runModel(150 * TIMES, async () => ({
      store: createMemoryStore(),
      close: async () => {},
    }));
    report('memory', tally);
    expect(tally.acknowledged).toBeGreaterThan(0);
  }, 3_600_000);

  it(`a migration under crashes and races ${PROMISE}, on the filesystem`, async () => {
    const tally = await runModel(25 * TIMES, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'polyface-model-'));
      const store = createFilesystemStore({ folder });
      await store.start({ create: true });
      return {
        store,
        async close() {
          await store.stop();
          await rm(folder, { recursive: true, force: true });
        },
      };
    });
    report('filesystem', tally);
    expect(tally.acknowledged).toBeGreaterThan(0);
  }, 3_600_000);

  it(`a migration under crashes and races ${PROMISE}, on Azure Blob`, async () => {
    const tally = await runModel(10 * TIMES, async () => {
      containers += 1;
      const store = await createAzureStore(azuriteSettings(azurite, `model-${containers}`));
      await store.start({ create: true });
      return { store, close: () => store.stop() };
    });
    report('azure', tally);
    expect(tally.acknowledged).toBeGreaterThan(0);
  }, 3_600_000);

  it(`a migration under crashes and races ${PROMISE}, on S3`, async () => {
    const tally = await runModel(10 * TIMES, async () => {
      containers += 1;
      const store = createS3Store(miniStackSettings(engine, 'model', { prefix: `model-${containers}` }));
      await store.start({ create: true });
      return { store, close: () => store.stop() };
    });
    report('s3', tally);
    expect(tally.acknowledged).toBeGreaterThan(0);
  }, 3_600_000);
});

function report(store: string, tally: object): void {
  if (process.env.MODEL_PRINT) process.stdout.write(`${store} ${JSON.stringify(tally)}\n`);
}
