import {
  type Json,
  PICTURE_FORMATS,
  type PictureFormat,
  type Problem,
  type ProblemOf,
  type ProblemTable,
  type RequestContext,
  renderFrom,
  type WireProfile,
  type WireResponse,
} from '../../src/domain/index.ts';

type Row = readonly [status: number, detail: Json, headers?: Readonly<Record<string, string>>];

const BEARER = { 'WWW-Authenticate': 'Bearer' };

/**
 * The vendor's server answers like FastAPI: with one sentence, or with a list of faults and their places. Where
 * the documents and the traffic differ, the row depends on the profile.
 */
const TABLE = {
  unauthenticated: ({ reason }, profile) => UNAUTHENTICATED[reason](profile),
  forbidden: () => [403, 'Forbidden'],
  'subject-not-found': () => [404, 'User not found'],
  'image-not-found': () => [404, 'Image not found'],
  'file-missing': ({ sentAsText }, profile) =>
    sentAsText
      ? [400, fault("Expected UploadFile, received: <class 'str'>", 'value_error')]
      : fieldRequired(profile),
  'body-missing': (_problem, profile) => fieldRequired(profile),
  'body-malformed': ({ reason }) => [
    400,
    reason === 'boundary-missing' ? 'Missing boundary in multipart.' : 'There was an error parsing the body',
  ],
  'length-mismatch': () => [400, 'There was an error parsing the body'],
  'unsupported-format': ({ detected, accepted }) =>
    imageFault(`${detected ?? 'this file'} is not accepted; send ${mediaTypes(accepted)}`),
  'corrupt-image': () => imageFault('the image is damaged or incomplete'),
  'image-too-complex': ({ limit }) => imageFault(TOO_COMPLEX[limit]),
  'file-too-small': ({ bytes, limitBytes }) =>
    imageFault(`the file has ${bytes} bytes; at least ${limitBytes} are needed`),
  'file-too-large': ({ limitBytes }) => [
    400,
    fault(`the file is larger than ${limitBytes} bytes`, 'value_error.image.size'),
  ],
  'too-many-files': ({ limit }) => imageFault(`at most ${limit} file${limit === 1 ? '' : 's'} can be sent`),
  conflict: () => [409, 'Conflict'],
  'rate-limited': ({ retryAfterSeconds }) => [429, 'Too Many Requests', retryAfter(retryAfterSeconds)],
  'route-not-found': () => [404, 'Not Found'],
  'method-not-allowed': ({ allow }) => [405, 'Method Not Allowed', { Allow: allow.join(', ') }],
  'invalid-parameter': ({ name, location }) => [400, `Invalid ${location} parameter: ${name}`],
  'not-acceptable': () => [406, 'Not Acceptable'],
  'unsupported-media-type': () => [415, 'Unsupported Media Type'],
  'request-timeout': () => [408, 'Request Timeout'],
  overloaded: ({ retryAfterSeconds }) => [503, 'Service Unavailable', retryAfter(retryAfterSeconds)],
  'upstream-unavailable': () => [503, 'Service Unavailable'],
  'upstream-timeout': () => [504, 'Gateway Timeout'],
  // Problems of the people registry. No client of this API can cause them, so these are the nearest rows.
  'name-taken': () => [409, 'Conflict'],
  'person-exists': () => [409, 'Conflict'],
  'person-erased': () => [404, 'User not found'],
  'precondition-failed': () => [409, 'Conflict'],
  'invalid-person': ({ pointer }) => [400, `Invalid body parameter: ${pointer}`],
  internal: () => [500, 'Internal Server Error'],
} as const satisfies ProblemTable<WireProfile, Row>;

const UNAUTHENTICATED = {
  missing: () => [401, 'Not authenticated', BEARER],
  invalid: (profile) =>
    profile === 'observed' ? [403, 'Invalid Credentials'] : [401, 'Invalid Credentials', BEARER],
  expired: () => [401, 'expired or invalid login token', BEARER],
} as const satisfies Record<ProblemOf<'unauthenticated'>['reason'], (profile: WireProfile) => Row>;

const TOO_COMPLEX = {
  side: 'the image is too wide or too high',
  pixels: 'the image has too many pixels',
  frames: 'the image has too many frames',
  time: 'the image takes too long to decode',
  memory: 'the image takes too much memory to decode',
} as const satisfies Record<ProblemOf<'image-too-complex'>['limit'], string>;

function fault(msg: string, type: string): Json {
  return [{ loc: ['body', 'file'], msg, type }];
}

function imageFault(msg: string): Row {
  return [400, fault(msg, 'value_error.image')];
}

/** The vendor's page says 400, but its server answers 422. */
function fieldRequired(profile: WireProfile): Row {
  return [profile === 'observed' ? 422 : 400, fault('field required', 'value_error.missing')];
}

function mediaTypes(formats: readonly PictureFormat[]): string {
  return formats.map((format) => PICTURE_FORMATS[format].mediaType).join(', ');
}

function retryAfter(seconds: number): Record<string, string> {
  return { 'Retry-After': String(seconds) };
}

/** `{"detail": …}` for every problem; the observed 500 is plain text, as the vendor's server sends it. */
export function renderProblem(
  problem: Problem,
  { profile }: Pick<RequestContext<unknown>, 'profile'>,
): WireResponse {
  const [status, detail, headers = {}] = renderFrom<WireProfile, Row>(TABLE, problem, profile);
  if (problem.kind === 'internal' && profile === 'observed') {
    return {
      status,
      headers: { 'Content-Type': 'text/plain', ...headers },
      body: { kind: 'text', text: 'Internal Server Error' },
    };
  }
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: { kind: 'json', value: { detail } },
  };
}
