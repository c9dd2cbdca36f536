import {
  type JsonObject,
  mediaTypeOf,
  type Problem,
  type ProblemTable,
  type RequestContext,
  renderFrom,
  type WireResponse,
} from '../../src/domain/index.ts';

/** Status, title, the problem's own members, and the headers that HTTP requires with it. */
type Row = readonly [
  status: number,
  title: string,
  members?: JsonObject,
  headers?: Readonly<Record<string, string>>,
];

/** RFC 9457. The type names the problem. The title describes it for people, the members for programs. */
const TABLE = {
  unauthenticated: ({ reason }) => [
    401,
    'Authentication required',
    { reason },
    { 'WWW-Authenticate': reason === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"' },
  ],
  forbidden: () => [
    403,
    'Insufficient scope',
    {},
    { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' },
  ],
  'subject-not-found': () => [404, 'Subject not found'],
  'image-not-found': () => [404, 'Image not found'],
  'route-not-found': () => [404, 'Not found'],
  'invalid-parameter': ({ name, location, value }) => [400, 'Invalid parameter', { name, location, value }],
  'body-missing': () => [400, 'Request body missing'],
  'body-malformed': ({ reason }) => [400, 'Malformed request body', { reason }],
  'length-mismatch': () => [400, 'Content length mismatch'],
  'file-missing': ({ field }) => [400, 'File missing', { field }],
  'too-many-files': ({ limit }) => [400, 'Too many files', { limit }],
  'file-too-small': ({ bytes, limitBytes }) => [400, 'File too small', { bytes, limitBytes }],
  'file-too-large': ({ bytes, limitBytes }) => [413, 'File too large', { bytes, limitBytes }],
  'unsupported-format': ({ detected, accepted }) => [
    415,
    'Unsupported image format',
    { detected, accepted: accepted.map(mediaTypeOf) },
  ],
  'unsupported-media-type': () => [415, 'Unsupported media type'],
  'corrupt-image': () => [422, 'Corrupt image'],
  'image-too-complex': ({ limit }) => [422, 'Image too complex', { limit }],
  conflict: ({ reason }) =>
    reason === 'precondition' ? [412, 'Precondition failed'] : [409, 'Conflicting update'],
  'rate-limited': ({ retryAfterSeconds }) => [429, 'Too many requests', {}, retryAfter(retryAfterSeconds)],
  'method-not-allowed': ({ allow }) => [405, 'Method not allowed', {}, { Allow: allow.join(', ') }],
  'not-acceptable': () => [406, 'Not acceptable'],
  'request-timeout': () => [408, 'Request timeout'],
  overloaded: ({ retryAfterSeconds }) => [503, 'Service overloaded', {}, retryAfter(retryAfterSeconds)],
  'upstream-unavailable': () => [502, 'Backend unavailable'],
  'upstream-timeout': () => [504, 'Backend timeout'],
  'name-taken': ({ pointer, value }) => [409, 'Name already taken', { pointer, value }],
  // The condition of the caller, `If-None-Match: *`, does not hold: 412 (RFC 9110, 13.1.2).
  'person-exists': () => [412, 'Person already exists'],
  'person-erased': () => [410, 'Person erased'],
  'precondition-failed': () => [412, 'Precondition failed'],
  'invalid-person': ({ pointer, reason }) => [422, 'Invalid person', { pointer, reason }],
  internal: () => [500, 'Internal server error'],
} as const satisfies ProblemTable<undefined, Row>;

function retryAfter(seconds: number): Record<string, string> {
  return { 'Retry-After': String(seconds) };
}

/** `application/problem+json` for every problem. */
export function renderProblem(
  problem: Problem,
  { requestId }: Pick<RequestContext<unknown>, 'requestId'>,
): WireResponse {
  const [status, , , headers = {}] = rowOf(problem);
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
    body: { kind: 'json', value: problemJson(problem, requestId) },
  };
}

/** The same as a value, for a line of a list. */
export function problemJson(problem: Problem, requestId: string): JsonObject {
  const [status, title, members = {}] = rowOf(problem);
  return { type: `urn:polyface:problem:${problem.kind}`, title, status, ...members, requestId };
}

function rowOf(problem: Problem): Row {
  return renderFrom<undefined, Row>(TABLE, problem, undefined);
}
