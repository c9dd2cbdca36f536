import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MigrationStage } from '../../src/settings/migration-settings.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { type RecordingBackend, startRecordingBackend } from './support/recording-backend.ts';
import { backendSettings, startShim } from './support/start-shim.ts';

describe('an address below a path of pictures that two tenants have at one backend', () => {
  let backend: RecordingBackend;
  let shim: DemoGateway | undefined;

  beforeEach(async () => {
    backend = await startRecordingBackend();
  });
  afterEach(async () => {
    await shim?.stop();
    await backend.stop();
  });

  async function answerWhere(demo: MigrationStage, other: MigrationStage): Promise<[number, number]> {
    const at = (tenant: string, initialStage: MigrationStage) =>
      backendSettings('magicline-v1', backend.url, { tenant, initialStage, picturePaths: ['/files/'] });
    shim = await startShim([at('demo', demo), { ...at('other', other), takesUnknown: false }]);
    const { status } = await fetch(`${shim.url}/files/1.jpg`);
    return [status, backend.takeRequests().length];
  }

  it.each(['switched', 'dual-write', 'shadow'] as const)(
    'an address below a path of pictures leads to the backend while one of the tenants is in %s',
    async (stage) => {
      expect(await answerWhere('complete', stage)).toEqual([200, 1]);
    },
  );

  it('an address below a path of pictures leads nowhere once both tenants are complete', async () => {
    expect(await answerWhere('complete', 'complete')).toEqual([404, 0]);
  });
});
