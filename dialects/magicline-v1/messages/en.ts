import type { Messages } from './message-key.ts';

const INVALID = 'Validation of the request failed.';

/** English, complete. The documented statuses carry the vendor's own sentences, its grammar included. */
export const en: Messages = {
  authentication: 'Authentication failed. No api-key, wrong api-key or wrong header name.',
  authorization: 'Authorization failed. The caller has no privilege to the given resource.',
  'entity-not-found': 'Entity does not exists.',
  'route-not-found': 'Entity does not exists.',
  'parameter-invalid': `${INVALID} The parameter {0} is invalid.`,
  'image-required': `${INVALID} An image is required.`,
  'body-malformed': `${INVALID} The body could not be read.`,
  'image-single': `${INVALID} Exactly one image is allowed.`,
  'image-too-large': `${INVALID} The image is larger than {0} bytes.`,
  'image-too-small': `${INVALID} The image is smaller than {0} bytes.`,
  'image-type': `${INVALID} Supported mime types: {0}.`,
  'image-unreadable': `${INVALID} The image is damaged or incomplete.`,
  'image-too-complex': `${INVALID} The image is too complex.`,
  'concurrent-modification': 'Concurrent modification detected. The entity was modified by another request.',
  'rate-limit': 'Access denied - rate limit is exceeded.',
  method: 'The method is not supported for this resource.',
  'not-acceptable': 'None of the acceptable media types can be produced.',
  'media-type': 'The media type of the request is not supported.',
  timeout: 'The request took too long.',
  unavailable: 'The service is unavailable. Please try again later.',
  unexpected: 'Unexpected system error.',
};
