import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { coreParts } from '../../src/cli/with-migration.ts';
import { createCore } from '../../src/core/core.ts';
import type { RecordStore } from '../../src/domain/index.ts';
import { loadDialects } from '../../src/gateway/dialect-registry.ts';
import { createImaging } from '../../src/imaging/imaging.ts';
import { createMigration, type Migration } from '../../src/migration/create-migration.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';
import { backendSettings } from './support/start-shim.ts';

/** The pause between two measurements of the backlog. */
const MEASURE_MS = 5_000;

let migration: Migration;
/** What was scheduled after that pause. */
const scheduled: (() => void)[] = [];
/** How often something was asked of the store. */
let asked = 0;
/** While set, the store does not answer. */
let hanging: PromiseWithResolvers<void> | undefined;

function watched(records: RecordStore): RecordStore {
  return {
    ...records,
    async read(key) {
      asked += 1;
      await hanging?.promise;
      return records.read(key);
    },
    async *list(prefix, options) {
      asked += 1;
      await hanging?.promise;
      yield* records.list(prefix, options);
    },
  };
}

beforeAll(async () => {
  const settings = await loadSettings({ env: {}, overrides: { file: DEMO_FILE } });
  const store = createMemoryStore();
  const imaging = createImaging({ ...settings.imaging, workers: 1, scratchDir: '/nowhere' });
  const directory = { byAlias: never, byIdentifier: never, byKey: never };
  const core = coreParts(settings, { ...store, records: watched(store.records) }, imaging, { directory });
  migration = createMigration({
    settings: { backends: [backendSettings('magicline-v1', 'http://127.0.0.1:9')] },
    dialects: await loadDialects(settings),
    core,
    executor: createCore(core),
    comparer: { compare: never },
    temporaryFiles: { newPath: never },
    memoryBytes: 1,
    log: { info: () => {} },
    registry: new Registry(),
  });
  const setTimer = globalThis.setTimeout;
  jest.spyOn(globalThis, 'setTimeout').mockImplementation((act: () => void, ms?: number) => {
    if (ms === MEASURE_MS) scheduled.push(act);
    return setTimer(act, ms);
  });
});
afterAll(() => void jest.restoreAllMocks());

it('a migration that is stopped while it measures its backlog measures it no more', async () => {
  await migration.start();
  migration.serve();
  const [measure, ...others] = scheduled;
  expect(others).toEqual([]);
  hanging = Promise.withResolvers();
  measure?.();
  const stopped = migration.stop();
  hanging.resolve();
  await stopped;
  const before = asked;
  for (const act of scheduled.slice(1)) act();
  await Promise.resolve();
  expect(asked).toBe(before);
});

function never(): never {
  throw new Error('not needed here');
}
