import type { JsonObject } from '../domain/index.ts';

const STAGES = ['pass-through', 'shadow', 'dual-write', 'switched', 'complete'];
const text = { type: 'string', minLength: 1 };
const seconds = (fallback: number) => ({
  type: 'number',
  exclusiveMinimum: 0,
  maximum: 3600,
  default: fallback,
});
const flag = (fallback: boolean) => ({ type: 'boolean', default: fallback });
const count = (fallback: number, minimum = 0) => ({ type: 'integer', minimum, default: fallback });
const percent = (fallback: number) => ({ type: 'number', minimum: 0, maximum: 100, default: fallback });

function credential(kind: string, properties: JsonObject, required: readonly string[]): JsonObject {
  return {
    if: { type: 'object', properties: { kind: { const: kind } }, required: ['kind'] },
    then: { properties: { kind: {}, ...properties }, required: [...required], additionalProperties: false },
  };
}

/** The JSON Schema (2020-12) of the settings' `migration` section; see `MigrationSettings`. */
export const migrationSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['backends'],
  properties: {
    backends: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['tenant', 'dialect', 'baseUrl'],
        properties: {
          tenant: text,
          dialect: text,
          baseUrl: { type: 'string', pattern: '^https?://[^/?#]+(/[^?#]*)?$' },
          pictureOrigins: {
            type: 'array',
            items: { type: 'string', pattern: '^https?://[^/?#]+$' },
            default: [],
          },
          speaks: text,
          options: { type: 'object', default: {} },
          credential: {
            type: 'object',
            required: ['kind'],
            properties: { kind: { enum: ['header', 'bearer', 'basic', 'subject-jwt'] } },
            allOf: [
              credential('header', { name: text, value: text }, ['name', 'value']),
              credential('bearer', { token: text }, ['token']),
              credential(
                'basic',
                {
                  username: text,
                  password: text,
                  passwordDigest: { enum: ['none', 'md5-hex'], default: 'none' },
                },
                ['username', 'password'],
              ),
              credential(
                'subject-jwt',
                { secret: text, claim: { ...text, default: 'user_id' }, ttlSeconds: seconds(300) },
                ['secret'],
              ),
            ],
          },
          passCredential: flag(true),
          takesUnknown: flag(true),
          initialStage: { enum: STAGES, default: 'pass-through' },
          strictTranslation: flag(false),
          lossHeader: { type: 'string', pattern: '^[A-Za-z0-9-]+$' },
          connectTimeoutSeconds: seconds(5),
          timeoutSeconds: seconds(30),
          settleSeconds: seconds(30),
          maxConnections: count(64, 1),
          requestsPerSecond: { type: 'number', exclusiveMinimum: 0, default: 10 },
          shadow: {
            type: 'object',
            additionalProperties: false,
            default: {},
            properties: {
              percent: percent(100),
              concurrency: count(2, 1),
              queue: count(256, 1),
              queueBytes: count(512 * 1024 * 1024),
              timeoutSeconds: seconds(60),
              differences: count(1000),
              keepPictures: flag(false),
              noiseEvery: count(50),
            },
          },
          gate: {
            type: 'object',
            additionalProperties: false,
            default: {},
            properties: {
              verificationHours: { type: 'number', exclusiveMinimum: 0, default: 24 },
              minSamples: count(100),
              maxDifferentPercent: percent(5),
            },
          },
        },
      },
    },
  },
};
