import { type JsonObject, type PictureFormat, READABLE_FORMATS } from '../../src/domain/index.ts';

/** What a tenant may choose. */
export interface MagiclineOptions {
  /** What is accepted; the vendor's own formats unless a tenant widens the list. */
  readonly formats: readonly PictureFormat[];
  /** Largest upload in bytes. */
  readonly maxBytes: number;
  /** JPEG quality of the stored rendition, 1 to 100. */
  readonly quality: number;
  /** Life of `imageUrl`. */
  readonly linkTtlSeconds: number;
  /** RFC 3339 date-time since when the update is deprecated: sent as `Deprecation` (RFC 9745). */
  readonly deprecatedSince?: string;
  /** RFC 3339 date-time from which the update will be gone: sent as `Sunset` (RFC 8594). */
  readonly sunsetAt?: string;
  /** Address of the operation that succeeds the update: sent as `Link` with `rel="successor-version"`. */
  readonly successor?: string;
}

/**
 * 15 minutes are the vendor's figure. 20 MiB and quality 85 are our choice, because the vendor's page names
 * neither.
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
      default: ['jpeg', 'png'],
      description: 'Picture formats that are accepted; `heic` lets telephones in.',
    },
    maxBytes: { type: 'integer', minimum: 1, default: 20_971_520, description: 'Largest upload in bytes.' },
    quality: { type: 'integer', minimum: 1, maximum: 100, default: 85, description: 'JPEG quality.' },
    linkTtlSeconds: {
      type: 'integer',
      minimum: 1,
      maximum: 604_800,
      default: 900,
      description: 'Life of an image URL in seconds.',
    },
    deprecatedSince: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$' },
    sunsetAt: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$' },
    successor: { type: 'string', pattern: '^(https?://|/)[^<>\\s]*$' },
  },
} as const satisfies JsonObject;
