import { Type } from '@sinclair/typebox';
import { adminSchema } from './admin-settings.ts';
import { brownOutsSchema } from './brown-out-settings.ts';
import { migrationSchema } from './migration-settings.ts';
import { peopleSchema } from './people-settings.ts';
import { rateLimitsSchema } from './rate-limit-settings.ts';
import {
  byName,
  choice,
  closed,
  count,
  flag,
  json,
  list,
  name,
  origin,
  positive,
  seconds,
  secretText,
  section,
  text,
  type ValueOf,
} from './schema-parts.ts';
import { storeSchema } from './store-settings.ts';
import { tenantSchema } from './tenant-settings.ts';

const dialect = closed({
  profile: choice(
    ['documented', 'observed', 'by-client'],
    "`documented`: as the vendor's pages say. `observed`: as the vendor's servers behave. `by-client`: what the client's own User-Agent needs, else `documented`.",
    { default: 'documented' },
  ),
  folder: Type.Optional(text('Folder of a dialect that is not built in, relative to the settings file.')),
  document: Type.Optional(
    text('Its OpenAPI document, relative to the settings file; default: `openapi/<name>.yaml`.'),
  ),
  options: json({ default: {}, description: 'Options of the dialect; its README lists them.' }),
  rate: Type.Optional(
    closed({
      limit: Type.Integer({ minimum: 1, description: "Calls in a window; replaces the vendor's rate." }),
      windowSeconds: seconds(60, 'Length of the window.'),
      per: Type.Optional(
        choice(
          ['endpoint', 'credential'],
          "`endpoint`: each operation has a budget per credential. `credential`: one budget for all operations. Default: the vendor's.",
        ),
      ),
      weights: Type.Optional(
        byName(
          Type.Number({
            exclusiveMinimum: 0,
            description: "How much one call of this operation counts. Without any: the vendor's.",
          }),
        ),
      ),
    }),
  ),
});

const downloads = section({
  mode: choice(
    ['gateway', 'direct'],
    '`gateway`: the gateway serves signed downloads. `direct`: the store does, where it can sign.',
    { default: 'gateway' },
  ),
  keys: list(
    closed({
      id: name('Name of the key; part of the address.'),
      secret: secretText('The first key signs, all keys verify. At least 32 characters.', { minLength: 32 }),
    }),
  ),
});

const imaging = section({
  workers: count(
    0,
    'Worker processes of a gateway, and of a command that reads pictures; 0: as many as processors.',
  ),
  timeoutSeconds: seconds(10, 'A worker that needs longer for a picture is killed.'),
  memoryMiB: count(512, 'A worker whose memory grows past this is killed.', 64),
  limitMegapixels: positive(
    64,
    'Largest width × height × frames, in millions; baseline JPEG may have 3.2 times as many.',
  ),
  limitSidePixels: count(16_384, 'Longest side in pixels.', 1),
  queue: count(256, 'Pictures that may wait for a worker; more are answered `overloaded`.'),
});

const limits = section({
  headersTimeoutSeconds: seconds(15, 'Longest time for the head of a request.'),
  requestTimeoutSeconds: seconds(300, 'Longest time for a whole request.'),
  bodyTimeoutSeconds: seconds(
    20,
    'Longest pause while a body arrives, or while a client does not read its response.',
  ),
  minBytesPerSecond: count(
    1024,
    'Slowest body, and slowest reading of a response, averaged over `minRateWindowSeconds`.',
  ),
  minRateWindowSeconds: seconds(10, 'Window of `minBytesPerSecond`.'),
  keepAliveTimeoutSeconds: seconds(65, 'How long an idle connection stays open.'),
  maxConnections: count(
    2048,
    'Open connections; the few above them that are let in are told of the health of the gateway, and everything else is answered `overloaded` there.',
    1,
  ),
  maxConcurrentUploads: count(
    256,
    'Uploads at once; more are answered `overloaded`. Of these places a credential may have half, a tenant three quarters unless it is the only one, anonymous callers half together and a quarter from one network.',
    1,
  ),
  drainBytes: count(
    64 * 1024 * 1024,
    'After an early error: how much more of the body is read and discarded.',
  ),
  drainSeconds: seconds(30, 'After an early error: for how long the body is read and discarded.'),
  spoolMemoryBytes: count(1024 * 1024, 'Bodies up to this size stay in memory.'),
  unreadySeconds: Type.Number({
    minimum: 0,
    maximum: 86_400,
    default: 0,
    description:
      'How long the port stays open after SIGTERM, while `/readyz` answers 503; 0: it closes at once.',
  }),
  shutdownSeconds: seconds(30, 'How long requests under way may take after that.'),
});

/** The JSON Schema (2020-12) of the settings file. It refuses unknown settings. */
export const settingsSchema = closed({
  demo: flag(false, 'Settings with public credentials: the gateway listens on this machine alone.'),
  listen: section({
    host: text('Address to listen on.', { default: '127.0.0.1' }),
    port: Type.Integer({
      minimum: 0,
      maximum: 65_535,
      default: 8080,
      description: 'Port to listen on; 0: a free one.',
    }),
  }),
  publicUrl: Type.Optional(origin('Address that signed links carry; absent: the one that the caller used.')),
  trustedProxies: list(
    text(
      'Address or CIDR of a proxy in front of the gateway. `X-Forwarded-For`, `-Proto` and `-Host` are believed from there and nowhere else.',
    ),
  ),
  dataDir: text('Folder of the embedded store, of temporary files and of the generated signing key.', {
    default: './data',
  }),
  store: storeSchema,
  dialects: byName(dialect, { minProperties: 1, propertyNames: name('') }),
  tenants: Type.Array(tenantSchema, { minItems: 1 }),
  people: peopleSchema,
  downloads,
  imaging,
  limits,
  rateLimits: rateLimitsSchema,
  cors: section({ origins: list(text('An origin whose pages may call the gateway.')) }),
  validateResponses: choice(
    ['off', 'log', 'enforce'],
    'Check every response against its OpenAPI document; `enforce` answers 500 instead of a wrong one.',
    { default: 'off' },
  ),
  docs: flag(true, 'Serve the documentation at `/docs` and `/openapi`.'),
  brownOuts: brownOutsSchema,
  migration: Type.Optional(migrationSchema),
  admin: Type.Optional(adminSchema),
  log: section({
    level: choice(['silent', 'error', 'warn', 'info', 'debug'], 'The least that is logged.', {
      default: 'info',
    }),
  }),
});

/** The settings file, with its defaults and its secrets filled in. */
export type SettingsFile = ValueOf<typeof settingsSchema>;

/**
 * The settings that a gateway is built from. `dataDir`, and each dialect's `folder` and `document`, are
 * absolute.
 */
export type Settings = Omit<SettingsFile, 'demo'>;

/** The settings of one dialect. */
export type DialectSettings = ValueOf<typeof dialect>;

/** Signed downloads. */
export type DownloadSettings = ValueOf<typeof downloads>;

/** Limits for the work on a picture. */
export type ImagingSettings = ValueOf<typeof imaging>;

/** Limits for a connection. */
export type LimitSettings = ValueOf<typeof limits>;

export type { StoreSettings } from './store-settings.ts';
export type {
  CredentialSettings,
  SecretSettings,
  SubjectSettings,
  TenantSettings,
} from './tenant-settings.ts';
