import type { ProblemKind, WireProfile } from '../../src/domain/index.ts';

/** The dialects, in the order of the columns. */
export const COLUMNS = ['capillary-v2', 'magicline-v1', 'smartsheet', 'timbu', 'native'] as const;

/** One of {@link COLUMNS}. */
export type Column = (typeof COLUMNS)[number];

/** A problem, and of which sort where the vendors tell sorts apart. */
export type VerdictKey =
  | Exclude<ProblemKind, 'unauthenticated' | 'body-malformed' | 'conflict'>
  | 'unauthenticated: missing'
  | 'unauthenticated: invalid'
  | 'unauthenticated: expired'
  | 'body-malformed: boundary'
  | 'body-malformed: syntax'
  | 'conflict: overlap'
  | 'conflict: precondition';

/**
 * Status and code for every problem, copied from the vendors' contracts by hand: from nothing that the dialects are made of. Timbu has no
 * codes; in their place stands the fault's type, or the sentence.
 */
export const WIRE_VERDICTS: Readonly<Record<Column, Readonly<Record<VerdictKey, string>>>> = {
  'capillary-v2': {
    'unauthenticated: missing': '401 401',
    'unauthenticated: invalid': '401 401',
    'unauthenticated: expired': '401 401',
    forbidden: '403 4000',
    'subject-not-found': '404 8015',
    'image-not-found': '404 8080',
    'invalid-parameter': '400 400',
    'body-missing': '400 8081',
    'body-malformed: boundary': '400 8079',
    'body-malformed: syntax': '400 8079',
    'length-mismatch': '400 8079',
    'file-missing': '400 8081',
    'too-many-files': '400 8082',
    'file-too-large': '413 8079',
    'file-too-small': '400 8083',
    'unsupported-format': '400 8084',
    'corrupt-image': '400 8084',
    'image-too-complex': '400 8084',
    'conflict: overlap': '409 521',
    'conflict: precondition': '409 521',
    'rate-limited': '429 429',
    'route-not-found': '404 404',
    'method-not-allowed': '405 405',
    'not-acceptable': '406 406',
    'unsupported-media-type': '415 415',
    'request-timeout': '408 408',
    overloaded: '503 503',
    'upstream-unavailable': '503 503',
    'upstream-timeout': '504 504',
    internal: '500 500',
  },
  'magicline-v1': {
    'unauthenticated: missing': '401 error.authentication',
    'unauthenticated: invalid': '401 error.authentication',
    'unauthenticated: expired': '401 error.authentication',
    forbidden: '403 error.authorization',
    'subject-not-found': '404 error.entity.not.found',
    'image-not-found': '404 error.entity.not.found',
    'invalid-parameter': '400 validation.parameter.invalid',
    'body-missing': '400 validation.image.required',
    'body-malformed: boundary': '400 validation.body.malformed',
    'body-malformed: syntax': '400 validation.body.malformed',
    'length-mismatch': '400 validation.body.malformed',
    'file-missing': '400 validation.image.required',
    'too-many-files': '400 validation.image.single',
    'file-too-large': '400 validation.image.too.large',
    'file-too-small': '400 validation.image.too.small',
    'unsupported-format': '400 validation.image.type',
    'corrupt-image': '400 validation.image.unreadable',
    'image-too-complex': '400 validation.image.too.complex',
    'conflict: overlap': '409 error.concurrent.modification',
    'conflict: precondition': '409 error.concurrent.modification',
    'rate-limited': '429 error.rate.limit',
    'route-not-found': '404 error.route.not.found',
    'method-not-allowed': '405 error.method',
    'not-acceptable': '406 error.not.acceptable',
    'unsupported-media-type': '415 error.media.type',
    'request-timeout': '408 error.timeout',
    overloaded: '503 error.unavailable',
    'upstream-unavailable': '503 error.unavailable',
    'upstream-timeout': '504 error.timeout',
    internal: '500 error.unexpected',
  },
  smartsheet: {
    'unauthenticated: missing': '401 1001',
    'unauthenticated: invalid': '401 1002',
    'unauthenticated: expired': '401 1003',
    forbidden: '403 1004',
    'subject-not-found': '404 1020',
    'image-not-found': '404 1006',
    'invalid-parameter': '400 1018',
    'body-missing': '400 1024',
    'body-malformed: boundary': '400 1145',
    'body-malformed: syntax': '400 1145',
    'length-mismatch': '400 1075',
    'file-missing': '400 1127',
    'too-many-files': '400 1126',
    'file-too-large': '400 1074',
    'file-too-small': '400 1008',
    'unsupported-format': '400 1255',
    'corrupt-image': '400 1008',
    'image-too-complex': '400 1008',
    'conflict: overlap': '500 4004',
    'conflict: precondition': '500 4004',
    'rate-limited': '429 4003',
    'route-not-found': '404 1006',
    'method-not-allowed': '405 1010',
    'not-acceptable': '406 1052',
    'unsupported-media-type': '415 1124',
    'request-timeout': '500 4002',
    overloaded: '503 4001',
    'upstream-unavailable': '503 4001',
    'upstream-timeout': '500 4002',
    internal: '500 4000',
  },
  timbu: {
    'unauthenticated: missing': '401 Not authenticated',
    'unauthenticated: invalid': '401 Invalid Credentials',
    'unauthenticated: expired': '401 expired or invalid login token',
    forbidden: '403 Forbidden',
    'subject-not-found': '404 User not found',
    'image-not-found': '404 Image not found',
    'invalid-parameter': '400 Invalid query parameter: sandbox',
    'body-missing': '400 value_error.missing',
    'body-malformed: boundary': '400 Missing boundary in multipart.',
    'body-malformed: syntax': '400 There was an error parsing the body',
    'length-mismatch': '400 There was an error parsing the body',
    'file-missing': '400 value_error.missing',
    'too-many-files': '400 value_error.image',
    'file-too-large': '400 value_error.image.size',
    'file-too-small': '400 value_error.image',
    'unsupported-format': '400 value_error.image',
    'corrupt-image': '400 value_error.image',
    'image-too-complex': '400 value_error.image',
    'conflict: overlap': '409 Conflict',
    'conflict: precondition': '409 Conflict',
    'rate-limited': '429 Too Many Requests',
    'route-not-found': '404 Not Found',
    'method-not-allowed': '405 Method Not Allowed',
    'not-acceptable': '406 Not Acceptable',
    'unsupported-media-type': '415 Unsupported Media Type',
    'request-timeout': '408 Request Timeout',
    overloaded: '503 Service Unavailable',
    'upstream-unavailable': '503 Service Unavailable',
    'upstream-timeout': '504 Gateway Timeout',
    internal: '500 Internal Server Error',
  },
  native: {
    'unauthenticated: missing': '401 unauthenticated',
    'unauthenticated: invalid': '401 unauthenticated',
    'unauthenticated: expired': '401 unauthenticated',
    forbidden: '403 forbidden',
    'subject-not-found': '404 subject-not-found',
    'image-not-found': '404 image-not-found',
    'invalid-parameter': '400 invalid-parameter',
    'body-missing': '400 body-missing',
    'body-malformed: boundary': '400 body-malformed',
    'body-malformed: syntax': '400 body-malformed',
    'length-mismatch': '400 length-mismatch',
    'file-missing': '400 file-missing',
    'too-many-files': '400 too-many-files',
    'file-too-large': '413 file-too-large',
    'file-too-small': '400 file-too-small',
    'unsupported-format': '415 unsupported-format',
    'corrupt-image': '422 corrupt-image',
    'image-too-complex': '422 image-too-complex',
    'conflict: overlap': '409 conflict',
    'conflict: precondition': '412 conflict',
    'rate-limited': '429 rate-limited',
    'route-not-found': '404 route-not-found',
    'method-not-allowed': '405 method-not-allowed',
    'not-acceptable': '406 not-acceptable',
    'unsupported-media-type': '415 unsupported-media-type',
    'request-timeout': '408 request-timeout',
    overloaded: '503 overloaded',
    'upstream-unavailable': '502 upstream-unavailable',
    'upstream-timeout': '504 upstream-timeout',
    internal: '500 internal',
  },
};

/** What the profile `observed` changes in a verdict; from the last section of each contract. */
export function wireVerdict(column: Column, profile: WireProfile, key: VerdictKey): string {
  const documented = WIRE_VERDICTS[column][key];
  if (profile === 'documented') return documented;
  const code = documented.slice(4);
  if (column === 'capillary-v2' && (code === '521' || /^8\d{3}$/.test(code))) return `200 ${code}`;
  if (column === 'timbu' && key === 'unauthenticated: invalid') return `403 ${code}`;
  if (column === 'timbu' && code === 'value_error.missing') return `422 ${code}`;
  return documented;
}
