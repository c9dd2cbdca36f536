import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordStore } from '../../src/domain/index.ts';
import type { StoreUnderTest } from '../../src/store/promises/store-promise.ts';
import { backendSettings, startBackend } from '../migration/support/start-shim.ts';
import { filesystemUnderTest } from '../store/filesystem/filesystem-under-test.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { type AdminGateway, startAdminGateway } from './start-admin.ts';

const RACERS = 20;
const MIGRATION = '/migrations/demo/magicline-v1';

describe('operators who decided on the same version of a migration', () => {
  let backend: DemoGateway;
  let under: StoreUnderTest;
  let admin: AdminGateway;
  /** While a race is on: those whose write of the stage waits for the others. */
  let atTheLine: (() => void)[] | undefined;

  /** A store in which all racers have found the version that they wanted before the first of them writes. */
  const holdSteps = (records: RecordStore): RecordStore => ({
    ...records,
    async swap(key, expected, value) {
      if (atTheLine && key.startsWith('migration/stages/')) {
        const { promise, resolve } = Promise.withResolvers<void>();
        if (atTheLine.push(resolve) === RACERS) {
          for (const go of atTheLine) go();
          atTheLine = undefined;
        }
        await promise;
      }
      return records.swap(key, expected, value);
    },
  });

  beforeAll(async () => {
    backend = await startBackend();
    under = await filesystemUnderTest();
    const records = holdSteps(under.store.records);
    admin = await startAdminGateway(
      (demo) => ({
        ...demo,
        migration: {
          backends: [backendSettings('magicline-v1', backend.url, { initialStage: 'complete' })],
        },
      }),
      { store: { ...under.store, records } },
    );
  });
  afterAll(async () => {
    await admin.gateway.stop();
    await backend.stop();
    await under.close();
  });

  const get = async <T>(path: string) =>
    (await admin.call('GET', path, { token: admin.tokens.operate })).body as T;

  it.each([
    ['back', 'back'],
    ['back', 'abandon'],
  ])(
    'one takes the step, and 19 get 412: %s and %s',
    async (one, other) => {
      const token = admin.tokens.operate;
      const { headers } = await admin.call('GET', MIGRATION, { token });
      const tag = headers.get('etag') ?? '';
      atTheLine = [];
      const answers = await Promise.all(
        Array.from({ length: RACERS }, (_, racer) =>
          admin.call('POST', `${MIGRATION}/${racer % 2 ? one : other}`, {
            token,
            body: { override: 'a race' },
            headers: { 'if-match': tag },
          }),
        ),
      );
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
        202,
        ...Array.from({ length: 19 }, () => 412),
      ]);
      // They were refused by the write, not by the look before it: these are jobs that did nothing.
      const jobs = async () => (await get<{ items: { state: string; failure?: string }[] }>('/jobs')).items;
      while ((await jobs()).some(({ state }) => state === 'running')) await pause(100);
      const ended = (await jobs()).slice(0, RACERS);
      expect(ended.filter(({ failure }) => failure?.startsWith('It was changed'))).toHaveLength(RACERS - 1);
      while ((await get<{ change?: object }>(MIGRATION)).change) await pause(100);
      expect((await get<{ history: object[] }>(MIGRATION)).history).toHaveLength(other === 'back' ? 1 : 2);
    },
    60_000,
  );
});
