import type { KitContract } from '../../src/conformance/kit-contract.ts';
import { loadContract } from '../../src/conformance/load-contract.ts';
import type { WireProfile } from '../../src/domain/index.ts';
import { readDemoGuide } from '../../src/settings/demo-guide.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

/** The dialects of the demo. */
export const DIALECTS = ['capillary-v2', 'magicline-v1', 'smartsheet', 'timbu', 'native'] as const;

/** The demo in one profile for all dialects, without rate limits: the kit asks faster than any client. */
export function startInProfile(profile: WireProfile): Promise<DemoGateway> {
  return startDemoGateway((demo) => ({
    ...demo,
    rateLimits: { enabled: false },
    dialects: Object.fromEntries(
      Object.entries(demo.dialects).map(([name, own]) => [name, { ...own, profile }]),
    ),
  }));
}

/** The contract of a server that has the demo's people and keys. */
export async function demoContract(dialect: string, profile: WireProfile, url: string): Promise<KitContract> {
  const {
    curl: _curl,
    credentials: _credentials,
    ...target
  } = (await readDemoGuide())[dialect] ?? {
    credentials: [],
    headers: {},
  };
  return loadContract({ dialect, profile, url, ...target });
}
