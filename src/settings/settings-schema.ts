import type { JsonObject } from '../domain/index.ts';
import { brownOutsSchema } from './brown-out-settings.ts';
import { migrationSchema } from './migration-schema.ts';
import { rateLimitsSchema } from './rate-limit-settings.ts';

const text: JsonObject = { type: 'string', minLength: 1 };
const name: JsonObject = { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,62}$' };
const flag = (fallback: boolean): JsonObject => ({ type: 'boolean', default: fallback });
const count = (fallback: number, minimum = 0): JsonObject => ({
  type: 'integer',
  minimum,
  default: fallback,
});
const seconds = (fallback: number): JsonObject => ({
  type: 'number',
  exclusiveMinimum: 0,
  maximum: 86_400,
  default: fallback,
});

function closed(properties: JsonObject, required: readonly string[] = []): JsonObject {
  return { type: 'object', additionalProperties: false, properties, required: [...required] };
}

function optional(properties: JsonObject): JsonObject {
  return { ...closed(properties), default: {} };
}

/**
 * One branch per `kind`. `if`/`then` instead of `oneOf`, so that a mistake is reported against the kind that was meant and no other.
 */
function byKind(
  shared: JsonObject,
  kinds: Readonly<Record<string, readonly [JsonObject, readonly string[]]>>,
): JsonObject {
  return {
    type: 'object',
    required: ['kind'],
    properties: { kind: { enum: Object.keys(kinds) } },
    allOf: Object.entries(kinds).map(([kind, [own, required]]) => ({
      if: { type: 'object', required: ['kind'], properties: { kind: { const: kind } } },
      then: closed({ kind: {}, ...shared, ...own }, required),
    })),
  };
}

const secret: JsonObject = {
  type: 'object',
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
  properties: {
    plain: text,
    sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    argon2id: { type: 'string', pattern: '^\\$argon2id\\$' },
  },
};

const rate: JsonObject = closed(
  {
    limit: { type: 'integer', minimum: 1 },
    windowSeconds: seconds(60),
    per: { enum: ['endpoint', 'credential'], default: 'endpoint' },
    weights: { type: 'object', additionalProperties: { type: 'number', exclusiveMinimum: 0 } },
  },
  ['limit'],
);

const credential = byKind(
  {
    id: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' },
    dialect: name,
    scopes: { type: 'array', items: text, default: [] },
    subject: text,
  },
  {
    basic: [{ username: text, secret }, ['id', 'dialect', 'username', 'secret']],
    key: [{ secret }, ['id', 'dialect', 'secret']],
    client: [{ key: text, secret, ttlSeconds: seconds(300) }, ['id', 'dialect', 'key', 'secret']],
    'jwt-secret': [{ secret: text, issuer: text, audience: text }, ['id', 'dialect', 'secret']],
    'jwt-issuer': [
      {
        issuer: text,
        audience: text,
        jwksUri: { type: 'string', pattern: '^https?://' },
        algorithms: { type: 'array', items: text, minItems: 1, default: ['RS256', 'ES256'] },
      },
      ['id', 'dialect', 'issuer', 'audience', 'jwksUri'],
    ],
  },
);

const subject = closed(
  {
    id: text,
    aliases: { type: 'object', additionalProperties: text, default: {} },
    identifiers: { type: 'object', additionalProperties: text, default: {} },
    profile: optional({
      firstName: text,
      lastName: text,
      email: text,
      phoneNumber: text,
      extra: { type: 'object', additionalProperties: { type: 'object' } },
    }),
  },
  ['id'],
);

const azureCredential = byKind(
  {},
  {
    'connection-string': [{ connectionString: text }, ['connectionString']],
    'account-key': [{ endpoint: text, account: text, key: text }, ['endpoint', 'account', 'key']],
    sas: [{ endpoint: text, token: text }, ['endpoint', 'token']],
    identity: [{ endpoint: text, clientId: text }, ['endpoint']],
  },
);

const store: JsonObject = {
  ...byKind(
    {},
    {
      filesystem: [{}, []],
      azure: [
        {
          container: { type: 'string', pattern: '^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$' },
          prefix: { type: 'string', pattern: '^[A-Za-z0-9._/-]*$' },
          createContainer: flag(false),
          timeoutSeconds: seconds(10),
          credential: azureCredential,
        },
        ['container', 'credential'],
      ],
    },
  ),
  default: { kind: 'filesystem' },
};

/** The JSON Schema (2020-12) of the settings file. What is not here is refused. */
export const settingsSchema: JsonObject = closed(
  {
    demo: flag(false),
    listen: optional({
      host: { ...text, default: '127.0.0.1' },
      port: { type: 'integer', minimum: 0, maximum: 65_535, default: 8080 },
    }),
    publicUrl: { type: 'string', pattern: '^https?://[^/?#]+$' },
    dataDir: { ...text, default: './data' },
    store,
    dialects: {
      type: 'object',
      minProperties: 1,
      propertyNames: name,
      additionalProperties: closed({
        profile: { enum: ['documented', 'observed'], default: 'documented' },
        folder: text,
        document: text,
        options: { type: 'object', default: {} },
        rate,
      }),
    },
    tenants: {
      type: 'array',
      minItems: 1,
      items: closed(
        {
          id: name,
          strictSubjects: flag(true),
          dialects: {
            type: 'object',
            propertyNames: name,
            additionalProperties: closed({ options: { type: 'object', default: {} } }),
            default: {},
          },
          credentials: { type: 'array', items: credential, default: [] },
          subjects: { type: 'array', items: subject, default: [] },
        },
        ['id'],
      ),
    },
    downloads: optional({
      mode: { enum: ['gateway', 'direct'], default: 'gateway' },
      keys: {
        type: 'array',
        items: closed({ id: name, secret: { type: 'string', minLength: 32 } }, ['id', 'secret']),
        default: [],
      },
    }),
    imaging: optional({
      workers: count(0),
      wallSeconds: seconds(10),
      memoryMiB: count(384, 64),
      limitMegapixels: { type: 'number', exclusiveMinimum: 0, default: 50 },
      limitSidePixels: count(12_000, 1),
      queue: count(256),
    }),
    limits: optional({
      headersTimeoutSeconds: seconds(15),
      requestTimeoutSeconds: seconds(300),
      bodyTimeoutSeconds: seconds(20),
      minBytesPerSecond: count(1024),
      minRateWindowSeconds: seconds(10),
      keepAliveTimeoutSeconds: seconds(65),
      maxConnections: count(2048, 1),
      maxConcurrentUploads: count(256, 1),
      drainBytes: count(64 * 1024 * 1024),
      drainSeconds: seconds(30),
      spoolMemoryBytes: count(1024 * 1024),
      unreadySeconds: { type: 'number', minimum: 0, maximum: 86_400, default: 0 },
      shutdownSeconds: seconds(30),
    }),
    rateLimits: rateLimitsSchema,
    cors: optional({ origins: { type: 'array', items: text, default: [] } }),
    validateResponses: { enum: ['off', 'log', 'enforce'], default: 'off' },
    docs: flag(true),
    brownOuts: brownOutsSchema,
    migration: migrationSchema,
    log: optional({ level: { enum: ['silent', 'error', 'warn', 'info', 'debug'], default: 'info' } }),
  },
  ['dialects', 'tenants'],
);
