import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Core, createCore } from './core/core.ts';
import type { CoreParts } from './core/core-parts.ts';
import { ERASE_GRACE_SECONDS } from './core/erase-person.ts';
import type { PersonKeeper } from './core/person-keeper.ts';
import { recordKey } from './core/storage-keys.ts';
import { subjectKey } from './core/subject-key.ts';
import { createIntentWatch } from './core/watch-intents.ts';
import { checkAgainstDialects } from './gateway/check-against-dialects.ts';
import { type Authenticator, createAuthenticator } from './gateway/credentials/authenticator.ts';
import { createTokenIssuer } from './gateway/credentials/token-issuer.ts';
import { type LoadedDialect, loadDialects } from './gateway/dialect-registry.ts';
import { createDownloadLinks } from './gateway/downloads/download-links.ts';
import { openPeople } from './people/open-people.ts';
import { type DemoGuide, readDemoGuide } from './settings/demo-guide.ts';
import type { LoadedSettings } from './settings/load-settings.ts';
import type { Settings } from './settings/settings.ts';
import { describeFault, refuseFaults } from './settings/settings-fault.ts';
import { settingsRevision } from './settings/settings-revision.ts';
import { signingKeys } from './settings/signing-keys.ts';
import { createSpool } from './temporary-files/spool.ts';

/** Settings from a file, or from a caller's code. */
type BuiltSettings = Settings & Partial<Pick<LoadedSettings, 'demo' | 'file' | 'places'>>;

/**
 * The parts that settings decide and a reload replaces: dialects, people, credentials, and the use cases over
 * them.
 */
export interface BuiltCore {
  readonly settings: BuiltSettings;
  /** Names these settings. It is the same on every gateway with the same settings. */
  readonly revision: string;
  readonly dialects: readonly LoadedDialect[];
  readonly core: CoreParts;
  readonly executor: Core;
  readonly authenticator: Authenticator;
  readonly guide: DemoGuide;
  start(): void;
  /** Waits for its own work. Requests that began with it may use it until they end. */
  stop(): Promise<void>;
}

/** Parts that stay when settings change. */
type LastingParts = Pick<
  CoreParts,
  'imaging' | 'objects' | 'records' | 'clock' | 'ids' | 'background' | 'warn' | 'reportMissing'
> & {
  readonly log: Logger;
  /** Other parts that keep data of a tenant's people. */
  readonly keepers: (tenant: string) => readonly PersonKeeper[];
};

/**
 * Builds the parts that settings decide. Throws `SettingsError` where the settings and the dialects do not
 * fit together. Starts nothing.
 */
export async function buildCore(settings: BuiltSettings, lasting: LastingParts): Promise<BuiltCore> {
  const { log, keepers, ...parts } = lasting;
  const { records, objects, clock } = parts;
  const [dialects, keys, guide] = await Promise.all([
    loadDialects(settings),
    signingKeys(settings.downloads.keys, settings.dataDir),
    settings.docs && settings.demo ? readDemoGuide() : {},
  ]);
  const findings = checkAgainstDialects(settings, dialects);
  refuseFaults(findings.faults, settings.places);
  for (const warning of findings.warnings) log.warn(describeFault(warning, settings.places));

  const credentials = { tenants: settings.tenants, records, clock, signingKeys: keys, log };
  const people = openPeople({
    settings,
    records,
    subjectKey,
    recordKey,
    warn: (message) => log.warn(message),
    clock,
  });
  const { registry } = people;
  const [signingKey] = keys;
  if (!signingKey) throw new Error('there is no key to sign with');
  const core: CoreParts = {
    ...parts,
    directory: people.directory,
    ...(registry && {
      people: { registry, keepers, erasure: { graceSeconds: ERASE_GRACE_SECONDS, signingKey } },
    }),
    spool: createSpool({
      folder: join(settings.dataDir, 'spool'),
      memoryBytes: settings.limits.spoolMemoryBytes,
    }),
    links: createDownloadLinks({ keys, objects, mode: settings.downloads.mode, clock }),
    tokens: createTokenIssuer({
      ...credentials,
      claimsOf: ({ dialect, tenant, key }) => {
        const loaded = dialects.find(({ dialect: { name } }) => name === dialect);
        return loaded?.dialect.tokenClaims?.(loaded.setting(tenant), { key }) ?? {};
      },
    }),
  };
  const intents = registry && createIntentWatch({ ...core, registry, keepers });
  return {
    settings,
    revision: settingsRevision(settings, signingKey.secret),
    dialects,
    core,
    executor: createCore(core),
    authenticator: createAuthenticator(credentials),
    guide,
    start: () => intents?.start(),
    stop: async () => intents?.stop(),
  };
}
