import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { type AdminGateway, startAdminGateway } from '../admin/start-admin.ts';
import { createShimHouse, type ShimHouse } from '../migration/support/shim-process.ts';
import { backendSettings } from '../migration/support/start-shim.ts';
import { beginOverAdmin } from './run-over-admin.ts';

const DIALECT = ['--dialect', 'magicline-v1'];
/** Nobody listens there. */
const BACKEND = 'http://127.0.0.1:9';
const AT_ONCE = ['--timeout', '0'];
const BACK = ['migrate', 'back', ...DIALECT, '--override', 'the gateway hangs', ...AT_ONCE];
const WAIT = ['migrate', 'status', ...DIALECT, '--wait', ...AT_ONCE];

/** The step from `complete` back arrives in the record at once. */
describe('a step that has arrived while a gateway still acts upon the stage before', () => {
  let house: ShimHouse;
  beforeAll(async () => {
    house = await createShimHouse({
      backendUrl: BACKEND,
      crowd: 1,
      backend: { initialStage: 'complete' },
    });
  });
  afterAll(() => house.remove());

  it('migrate status --wait exits with 3 and names the gateway that is behind', async () => {
    await (await house.start()).end('SIGKILL');
    const back = await house.polyface(...BACK);
    const behind = { gateways: [expect.objectContaining({ gatewayId: expect.any(String) })], people: 0 };
    const expected = [3, expect.objectContaining({ waitingFor: expect.objectContaining(behind) })];
    expect([back.code, back.json]).toEqual(expected);
    const waited = await house.polyface(...WAIT);
    expect([waited.code, waited.json]).toEqual(expected);
    expect(waited.json).toMatchObject({ rollout: { stage: 'switched' }, nextSteps: back.json.nextSteps });
    expect(waited.json).not.toHaveProperty('change');
  });
});

describe('the same at an admin port', () => {
  let admin: AdminGateway;
  const store = createMemoryStore();
  beforeAll(async () => {
    admin = await startAdminGateway(
      (demo) => ({
        ...demo,
        migration: {
          backends: [backendSettings('magicline-v1', BACKEND, { initialStage: 'complete' })],
        },
      }),
      { store },
    );
    await store.records.swap('migration/gateways/hung', undefined, {
      atMs: Date.now(),
      settled: { 'demo/magicline-v1': 1 },
    });
  });
  afterAll(() => admin.gateway.stop());

  it('migrate status --wait at an admin port exits with 3 and names the gateway that is behind', async () => {
    expect((await beginOverAdmin(admin, BACK).ended).code).toBe(3);
    const { code, out } = await beginOverAdmin(admin, WAIT).ended;
    expect([code, JSON.parse(out)]).toEqual([
      3,
      expect.objectContaining({
        waitingFor: expect.objectContaining({ gateways: [expect.objectContaining({ gatewayId: 'hung' })] }),
        nextSteps: expect.arrayContaining(['polyface migrate status --wait']),
      }),
    ]);
  });
});
