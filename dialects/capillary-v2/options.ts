import type { JsonObject } from '../../src/domain/index.ts';

/** What a tenant may choose. */
export interface CapillaryOptions {
  /** The organisation, as `name` and `s3Token` print it. */
  readonly orgId: string;
  /** Smallest upload in bytes. */
  readonly minBytes: number;
  /** Largest upload in bytes, for each file. */
  readonly maxBytes: number;
  /** Images per customer, and files per request. */
  readonly maxImages: number;
  /** `clean`: downloads are upright and free of metadata, in the same size. `exact`: the uploaded bytes. */
  readonly originals: 'clean' | 'exact';
  /** Encoder quality of clean downloads, 1 to 100. */
  readonly quality: number;
  /** Life of `filePath` and `secureFilePath`. */
  readonly linkTtlSeconds: number;
}

/**
 * 49 MB, five images and an hour (`X-Amz-Expires=3599`) are the vendor's figures. The vendor does not say how
 * many bytes a MB or KB has; that and the quality are our choice.
 */
export const optionsSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    orgId: { type: 'string', pattern: '^[0-9]{1,19}$', default: '0', description: 'The organisation.' },
    minBytes: { type: 'integer', minimum: 1, default: 10_240, description: 'Smallest upload in bytes.' },
    maxBytes: { type: 'integer', minimum: 1, default: 51_380_224, description: 'Largest upload in bytes.' },
    maxImages: { type: 'integer', minimum: 1, maximum: 5, default: 5, description: 'Images per customer.' },
    originals: {
      enum: ['clean', 'exact'],
      default: 'clean',
      description:
        'What downloads give: a clean rendition of the same size (in the same format where browsers show it, else JPEG or PNG), or the uploaded bytes.',
    },
    quality: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 92,
      description: 'Quality of clean downloads.',
    },
    linkTtlSeconds: {
      type: 'integer',
      minimum: 1,
      maximum: 604_800,
      default: 3600,
      description: 'Life of a download URL in seconds.',
    },
  },
} as const satisfies JsonObject;
