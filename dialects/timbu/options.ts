import type { JsonObject } from '../../src/domain/index.ts';

/** What a tenant may choose. */
export interface TimbuOptions {
  /** Largest upload. */
  readonly maxBytes: number;
  /** Longest side of the stored picture in pixels. */
  readonly maxSide: number;
  /** Encoder quality of lossy formats, 1 to 100. */
  readonly quality: number;
  /** Life of the addresses in answers. */
  readonly linkTtlSeconds: number;
}

/** The vendor's page names no limit, so every default here is this project's choice. */
export const optionsSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    maxBytes: { type: 'integer', minimum: 1, default: 10_485_760, description: 'Largest upload in bytes.' },
    maxSide: {
      type: 'integer',
      minimum: 16,
      maximum: 8192,
      default: 2048,
      description: 'Longest side of the stored picture in pixels.',
    },
    quality: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 90,
      description: 'Quality of JPEG, WebP and AVIF.',
    },
    linkTtlSeconds: {
      type: 'integer',
      minimum: 1,
      maximum: 31_536_000,
      default: 604_800,
      description: 'Life of a picture address in seconds.',
    },
  },
} as const satisfies JsonObject;
