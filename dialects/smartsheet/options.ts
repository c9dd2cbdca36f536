import { type JsonObject, type PictureFormat, READABLE_FORMATS } from '../../src/domain/index.ts';

/** What a tenant may choose. */
export interface SmartsheetOptions {
  /** Side of the largest stored square in pixels, where the organisation defined one of its own. */
  readonly customSize?: number;
  /** Padding colour, `#rrggbb`. */
  readonly background: string;
  /** Encoder quality of stored JPEGs, 1 to 100. */
  readonly quality: number;
  /** What is accepted; the vendor's own formats unless a tenant widens the list. */
  readonly formats: readonly PictureFormat[];
  /** Largest upload. */
  readonly maxBytes: number;
  /** Life of the addresses that `POST /imageurls` hands out. */
  readonly linkTtlSeconds: number;
}

/**
 * 30 MiB and 1,800 s are the vendor's figures for uploads in general and for image URLs. White and quality 90
 * are our choice.
 */
export const optionsSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    formats: {
      type: 'array',
      items: { enum: READABLE_FORMATS },
      minItems: 1,
      uniqueItems: true,
      default: ['gif', 'jpeg', 'png'],
      description: 'Picture formats that are accepted; `heic` lets telephones in.',
    },
    customSize: {
      type: 'integer',
      minimum: 16,
      maximum: 4096,
      description: 'Side of the largest stored square in pixels; replaces 1050.',
    },
    background: {
      type: 'string',
      pattern: '^#[0-9A-Fa-f]{6}$',
      default: '#ffffff',
      description: 'Colour of the padding.',
    },
    quality: { type: 'integer', minimum: 1, maximum: 100, default: 90, description: 'JPEG quality.' },
    maxBytes: {
      type: 'integer',
      minimum: 1,
      default: 31_457_280,
      description: 'Largest upload in bytes.',
    },
    linkTtlSeconds: {
      type: 'integer',
      minimum: 1,
      maximum: 604_800,
      default: 1800,
      description: 'Life of an image URL in seconds.',
    },
  },
} as const satisfies JsonObject;
