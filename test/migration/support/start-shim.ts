import type { PolyfaceOverrides } from '../../../src/main.ts';
import type { BackendSettings } from '../../../src/settings/migration-settings.ts';
import { type DemoGateway, startDemoGateway } from '../../support/start-gateway.ts';
import { CLIENTS, type LegacyDialect } from './legacy-clients.ts';

/** Response headers that this gateway sends and the independent server does not, or the other way round. */
export const HEADERS_THAT_DIFFER = [
  'content-security-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'etag',
  'referrer-policy',
  'x-content-type-options',
  'x-frame-options',
];

/** Settings of one backend, with the defaults of the schema but for short times. */
export function backendSettings(
  dialect: LegacyDialect,
  baseUrl: string,
  change: Partial<BackendSettings> = {},
): BackendSettings {
  const speaks = (change.speaks ?? dialect) as LegacyDialect;
  return {
    tenant: 'demo',
    dialect,
    baseUrl,
    pictureOrigins: [],
    options: {},
    credential: CLIENTS[speaks].credential,
    passCredential: true,
    preserveHost: false,
    takesUnknown: true,
    initialStage: 'pass-through',
    strictTranslation: false,
    connectTimeoutSeconds: 2,
    timeoutSeconds: 10,
    settleSeconds: 1,
    maxConnections: 32,
    requestsPerSecond: 1000,
    shadow: {
      percent: 100,
      concurrency: 2,
      queue: 256,
      queueBytes: 512 * 1024 * 1024,
      timeoutSeconds: 30,
      differences: 100,
      keepPictures: false,
      keepValues: false,
      ignore: [],
      noiseEvery: 0,
    },
    gate: {
      verificationHours: 24,
      minVerifiedPercent: 100,
      minSamples: 0,
      maxDifferentPercent: 100,
      requirePreflight: false,
    },
    learn: [],
    picturePaths: [],
    ...change,
  };
}

/** The demo as a shim in front of a backend. */
export function startShim(
  backends: readonly BackendSettings[],
  overrides: PolyfaceOverrides = {},
): Promise<DemoGateway> {
  return startDemoGateway(
    (demo) => ({
      ...demo,
      // What a backend said in its own words is not ours to judge.
      validateResponses: 'off',
      rateLimits: { enabled: false },
      migration: { backends },
    }),
    overrides,
  );
}

/** The demo as a legacy backend: the same people and credentials, a store of its own. */
export function startBackend(): Promise<DemoGateway> {
  return startDemoGateway((demo) => ({ ...demo, rateLimits: { enabled: false } }));
}
