import {
  type Exchange,
  type JsonObject,
  mediaTypeOf,
  type Problem,
  type ProblemTable,
  renderFrom,
  type WireResponse,
} from '../../src/domain/index.ts';

/** Status, title, members of the problem's own, headers that HTTP wants beside it. */
type Row = readonly [
  status: number,
  title: string,
  members?: JsonObject,
  headers?: Readonly<Record<string, string>>,
];

/** RFC 9457: the type says which, the title says it to people, the members say it to programs. */
const TABLE = {
  unauthenticated: ({ reason }) => [
    401,
    'A valid key is needed',
    { reason },
    { 'WWW-Authenticate': reason === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"' },
  ],
  forbidden: () => [
    403,
    'The key does not allow this',
    {},
    { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' },
  ],
  'subject-not-found': () => [404, 'There is no such subject'],
  'image-not-found': () => [404, 'The subject has no image'],
  'route-not-found': () => [404, 'There is nothing at this path'],
  'invalid-parameter': ({ name, location, value }) => [
    400,
    'A parameter is not valid',
    { name, location, value },
  ],
  'body-missing': () => [400, 'The request has no body'],
  'body-malformed': ({ reason }) => [400, 'The form cannot be read', { reason }],
  'length-mismatch': () => [400, 'The body is not as long as announced'],
  'file-missing': ({ field }) => [400, 'The form has no file', { field }],
  'too-many-files': ({ limit }) => [400, 'The form has too many files', { limit }],
  'file-too-small': ({ bytes, limitBytes }) => [400, 'The file is too small', { bytes, limitBytes }],
  'file-too-large': ({ bytes, limitBytes }) => [413, 'The file is too large', { bytes, limitBytes }],
  'unsupported-format': ({ detected, accepted }) => [
    415,
    'The image format is not accepted',
    { detected, accepted: accepted.map(mediaTypeOf) },
  ],
  'unsupported-media-type': () => [415, 'The body is of a type that is not accepted'],
  'corrupt-image': () => [422, 'The image is damaged or incomplete'],
  'image-too-complex': ({ limit }) => [422, 'The image takes too much to decode', { limit }],
  conflict: ({ reason }) =>
    reason === 'precondition'
      ? [412, 'The image is not the one that was meant']
      : [409, 'Another update came first'],
  'rate-limited': ({ retryAfterSeconds }) => [429, 'Too many calls', {}, retryAfter(retryAfterSeconds)],
  'method-not-allowed': ({ allow }) => [
    405,
    'The path does not know this method',
    {},
    { Allow: allow.join(', ') },
  ],
  'not-acceptable': () => [406, 'There is nothing of an acceptable type'],
  'request-timeout': () => [408, 'The body stopped arriving'],
  overloaded: ({ retryAfterSeconds }) => [503, 'The server is busy', {}, retryAfter(retryAfterSeconds)],
  'upstream-unavailable': () => [502, 'The backend is away'],
  'upstream-timeout': () => [504, 'The backend does not answer'],
  internal: () => [500, 'The server failed'],
} as const satisfies ProblemTable<undefined, Row>;

function retryAfter(seconds: number): Record<string, string> {
  return { 'Retry-After': String(seconds) };
}

/** `application/problem+json` for every problem. */
export function renderProblem(
  problem: Problem,
  { requestId }: Pick<Exchange<unknown>, 'requestId'>,
): WireResponse {
  const [status, title, members = {}, headers = {}] = renderFrom<undefined, Row>(TABLE, problem, undefined);
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
    body: {
      kind: 'json',
      value: { type: `urn:polyface:problem:${problem.kind}`, title, status, ...members, requestId },
    },
  };
}
