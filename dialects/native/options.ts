import type { JsonObject } from '../../src/domain/index.ts';

/** What a tenant may choose. */
export interface NativeOptions {
  /** Largest upload. */
  readonly maxBytes: number;
  /** Encoder quality of lossy formats, 1 to 100. */
  readonly quality: number;
}

/** Defaults of this project's own API. */
export const optionsSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    maxBytes: { type: 'integer', minimum: 1, default: 20_971_520, description: 'Largest upload in bytes.' },
    quality: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 92,
      description: 'Quality of JPEG, WebP and AVIF.',
    },
  },
} as const satisfies JsonObject;
