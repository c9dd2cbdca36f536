import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runConformance } from '../../src/conformance/run-conformance.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { DIALECTS, demoContract, startInProfile } from './demo-contract.ts';

/** The whole kit with its largest bodies, on a machine that does other things as well. */
const KIT_TIMEOUT_MS = 240_000;

describe.each(['documented', 'observed'] as const)('the gateway in profile %s', (profile) => {
  let gateway: DemoGateway;

  beforeAll(async () => {
    gateway = await startInProfile(profile);
  });
  afterAll(() => gateway.stop());

  it.each(DIALECTS)(
    'the gateway does everything that the contract of %s asks for',
    async (dialect) => {
      const contract = await demoContract(dialect, profile, gateway.url);
      const { conforms, results } = await runConformance(contract, { write: true });
      const failed = results.filter(({ verdict }) => verdict !== 'passed');
      expect(failed.map(({ id, findings }) => ({ id, findings }))).toEqual([]);
      expect(conforms).toBe(true);
      expect(results.length).toBeGreaterThan(20);
    },
    KIT_TIMEOUT_MS,
  );
});
