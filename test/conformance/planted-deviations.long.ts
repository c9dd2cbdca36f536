import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runConformance } from '../../src/conformance/run-conformance.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { demoContract, startInProfile } from './demo-contract.ts';
import { type MutatingProxy, type Mutation, startMutatingProxy } from './mutating-proxy.ts';
import { DEVIATIONS, KEY_ORDER } from './planted-deviations.ts';

/** A run of the kit on a machine that does other things as well. */
const KIT_TIMEOUT_MS = 180_000;

describe.each(['documented', 'observed'] as const)('a server that deviates from profile %s', (profile) => {
  let gateway: DemoGateway;
  let proxy: MutatingProxy;

  beforeAll(async () => {
    gateway = await startInProfile(profile);
    proxy = await startMutatingProxy(gateway.url);
  });
  afterAll(async () => {
    await proxy.stop();
    await gateway.stop();
  });

  it.each(DEVIATIONS.filter((one) => (one.profile ?? 'documented') === profile))(
    'a server that deviates is found out: $name ($dialect)',
    async ({ dialect, among, ...mutation }) => {
      expect(await failedCases(dialect, mutation, among)).not.toEqual([]);
    },
    KIT_TIMEOUT_MS,
  );

  it.each(['magicline-v1', 'smartsheet', 'timbu', 'native'])(
    'a server that deviates is forgiven another order of keys in %s',
    async (dialect) => {
      expect(await failedCases(dialect, KEY_ORDER)).toEqual([]);
    },
    KIT_TIMEOUT_MS,
  );

  async function failedCases(dialect: string, mutation: Mutation, among?: readonly string[]) {
    proxy.mutate(mutation);
    const contract = await demoContract(dialect, profile, proxy.url);
    const { results } = await runConformance(contract, {
      write: true,
      only: ({ id }) => (among ? among.some((part) => id.includes(part)) : !id.includes('too-large')),
    });
    // A proxy that broke would prove nothing.
    const broken = results.filter(({ findings }) => findings.some(({ where }) => where === 'exchange'));
    expect(broken).toEqual([]);
    return results.filter(({ verdict }) => verdict === 'failed').map(({ id }) => id);
  }
});

it('the suite knows at least twenty ways to deviate', () => {
  expect(DEVIATIONS.length).toBeGreaterThanOrEqual(20);
});
