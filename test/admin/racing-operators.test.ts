import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StoreUnderTest } from '../../src/store/promises/store-promise.ts';
import { backendSettings, startBackend } from '../migration/support/start-shim.ts';
import { filesystemUnderTest } from '../store/filesystem/filesystem-under-test.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { type AdminGateway, startAdminGateway } from './start-admin.ts';

const MIGRATION = '/migrations/demo/magicline-v1';

describe('operators who decided on the same version of a migration', () => {
  let backend: DemoGateway;
  let under: StoreUnderTest;
  let admin: AdminGateway;

  beforeAll(async () => {
    backend = await startBackend();
    // On a disk all of them have read the version before the first of them writes.
    under = await filesystemUnderTest();
    admin = await startAdminGateway(
      (demo) => ({
        ...demo,
        migration: {
          backends: [backendSettings('magicline-v1', backend.url, { initialStage: 'complete' })],
        },
      }),
      { store: under.store },
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
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, racer) =>
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
      while ((await get<{ change?: object }>(MIGRATION)).change) await pause(100);
      expect((await get<{ history: object[] }>(MIGRATION)).history).toHaveLength(other === 'back' ? 1 : 2);
    },
    60_000,
  );
});
