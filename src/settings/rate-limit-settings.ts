import type { JsonObject } from '../domain/index.ts';

/** How often callers may call. */
export interface RateLimitSettings {
  readonly enabled: boolean;
  readonly redisUrl?: string;
  /** For operations that ask for no credential and take JSON, such as token endpoints: per client address and operation. */
  readonly publicCalls?: PublicCallRate;
}

/** So many calls in a window. */
export interface PublicCallRate {
  readonly limit: number;
  readonly windowSeconds: number;
}

/**
 * A client exchanges its secret every five minutes, so that this is room for some hundreds behind one address; and 120 tries, at 30 ms of
 * argon2id each, are three seconds of a processor.
 */
export const USUAL_PUBLIC_CALLS: PublicCallRate = { limit: 120, windowSeconds: 60 };

/** JSON Schema (2020-12) of `rateLimits`. */
export const rateLimitsSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  properties: {
    enabled: { type: 'boolean', default: true },
    redisUrl: { type: 'string', pattern: '^rediss?://' },
    publicCalls: {
      type: 'object',
      additionalProperties: false,
      properties: {
        limit: { type: 'integer', minimum: 1, default: USUAL_PUBLIC_CALLS.limit },
        windowSeconds: {
          type: 'number',
          exclusiveMinimum: 0,
          maximum: 86_400,
          default: USUAL_PUBLIC_CALLS.windowSeconds,
        },
      },
      default: {},
    },
  },
  default: {},
};
