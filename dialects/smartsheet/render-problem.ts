import {
  type Problem,
  type ProblemOf,
  type ProblemTable,
  type RequestContext,
  renderFrom,
  type WireRequestHead,
  type WireResponse,
} from '../../src/domain/index.ts';
import { integrationLogFields } from './integration-source.ts';
import { referenceId } from './reference-id.ts';
import { JSON_TYPE } from './write-json.ts';

/**
 * A row of the vendor's list: HTTP status, errorCode and message with its `{0}` filled in, and the headers
 * that HTTP requires beside them.
 */
type Row = readonly [
  status: number,
  errorCode: number,
  message: string,
  headers?: Readonly<Record<string, string>>,
];

/**
 * SDKs retry on errorCode 4001 to 4004 and on nothing else, so no permanent failure carries one of these. The
 * vendor publishes no code for a wrong type or a corrupt image: 1255 and 1008 are this project's choice.
 */
const TABLE = {
  unauthenticated: ({ reason }) => UNAUTHENTICATED[reason],
  forbidden: () => [403, 1004, 'You are not authorized to perform this action.'],
  'subject-not-found': () => [404, 1020, 'User not found.'],
  'image-not-found': () => [404, 1006, 'Not Found'],
  'route-not-found': () => [404, 1006, 'Not Found'],
  'invalid-parameter': ({ name, value, location }) =>
    location === 'header'
      ? [400, 1011, `A required header was missing or invalid: ${name}`]
      : [400, 1018, `The value ${value ?? 'null'} was not valid for the parameter ${attributeOf(name)}.`],
  'body-missing': () => [400, 1024, 'The HTTP request body is required for this Method.'],
  'body-malformed': ({ reason }, { operationId }) =>
    operationId === 'listImageUrls' ? unparsable(MALFORMED_JSON[reason]) : MALFORMED_FORM,
  'file-missing': ({ field }) => [400, 1127, `Required multipart part was missing: '${field}'`],
  'too-many-files': ({ field }) => [
    400,
    1126,
    `Multipart payload contained duplicate part names: ${field ?? 'file'}.`,
  ],
  'length-mismatch': () => [
    400,
    1075,
    'The Content-Size provided did not match the file uploaded. This may be due to network issues or because the wrong Content-Size was specified.',
  ],
  'file-too-large': ({ bytes, limitBytes }) => [
    400,
    1074,
    `You are trying to upload a file of ${bytes === undefined ? `more than ${limitBytes} bytes` : `${bytes} bytes`}, but the API currently only supports ${limitBytes} bytes.`,
  ],
  'file-too-small': ({ bytes, limitBytes }) =>
    unparsable(`The file has ${bytes} bytes; at least ${limitBytes} are needed.`),
  'corrupt-image': () => unparsable('The image is damaged or incomplete.'),
  'image-too-complex': ({ limit }) => unparsable(TOO_COMPLEX[limit]),
  'unsupported-format': ({ detected }) => [
    400,
    1255,
    `Attachment type '${detected ?? 'unknown'}' is not supported.`,
  ],
  conflict: () => RETRY,
  'rate-limited': ({ retryAfterSeconds }) => [
    429,
    4003,
    'Rate limit exceeded.',
    retryAfter(retryAfterSeconds),
  ],
  'method-not-allowed': ({ allow }) => [405, 1010, 'HTTP Method not supported.', { Allow: allow.join(', ') }],
  'not-acceptable': () => [406, 1052, 'Invalid Accept header. Media type not supported.'],
  'unsupported-media-type': () => [415, 1124, 'Invalid Content-Type header. Media type not supported.'],
  overloaded: ({ retryAfterSeconds }) => [503, 4001, MAINTENANCE, retryAfter(retryAfterSeconds)],
  'upstream-unavailable': () => [503, 4001, MAINTENANCE],
  'request-timeout': () => [500, 4002, 'Server timeout exceeded. Request has failed.'],
  'upstream-timeout': () => [500, 4002, 'Server timeout exceeded. Request has failed.'],
  // Problems of the people registry. No client of this API can cause them, so these are the nearest rows.
  'name-taken': ({ pointer }) => unparsable(`The name at ${pointer} belongs to another person.`),
  'person-exists': () => unparsable('The person is there already.'),
  'person-erased': () => [404, 1020, 'User not found.'],
  'precondition-failed': () => RETRY,
  'invalid-person': ({ pointer }) => unparsable(`The person is not valid at ${pointer}.`),
  internal: () => [
    500,
    4000,
    'An unexpected error has occurred. Please contact api@smartsheet.com for assistance.',
  ],
} as const satisfies ProblemTable<WireRequestHead, Row>;

const UNAUTHENTICATED = {
  missing: [401, 1001, 'An Access Token is required.'],
  invalid: [401, 1002, 'Your Access Token is invalid.'],
  expired: [401, 1003, 'Your Access Token has expired.'],
} as const satisfies Record<ProblemOf<'unauthenticated'>['reason'], Row>;

const MALFORMED_FORM = [
  400,
  1145,
  'Multipart upload request was invalid. Please check your request headers and payload.',
] as const satisfies Row;

const MALFORMED_JSON = {
  'boundary-missing': 'The body is not JSON.',
  syntax: 'The body is not JSON.',
  limits: 'The body is too long.',
} as const satisfies Record<ProblemOf<'body-malformed'>['reason'], string>;

const TOO_COMPLEX = {
  side: 'The image is too wide or too high.',
  pixels: 'The image has too many pixels.',
  frames: 'The image has too many frames.',
  time: 'The image takes too long to decode.',
  memory: 'The image takes too much memory to decode.',
} as const satisfies Record<ProblemOf<'image-too-complex'>['limit'], string>;

const RETRY = [
  500,
  4004,
  'An unexpected error has occurred. Please retry your request. If you encounter this error repeatedly, please contact api@smartsheet.com for assistance.',
] as const satisfies Row;

const MAINTENANCE =
  'Smartsheet.com is currently offline for system maintenance. Please check back again shortly.';

/** Removes the position of an item in the body's list: `0.imageId` is the attribute `imageId`. */
function attributeOf(name: string): string {
  const attributes = name.split('.').filter((part) => !/^\d+$/.test(part));
  return attributes.join('.') || 'body';
}

function unparsable(what: string): Row {
  return [400, 1008, `Unable to parse request. The following error occurred: ${what}`];
}

function retryAfter(seconds: number): Record<string, string> {
  return { 'Retry-After': String(seconds) };
}

/**
 * `{"refId","errorCode","message"}`, all three always: the Python SDK fails without `refId`, which the log
 * line repeats.
 */
export function renderProblem(problem: Problem, context: RequestContext<unknown>): WireResponse {
  const [status, errorCode, message, headers = {}]: Row = renderFrom<WireRequestHead, Row>(
    TABLE,
    problem,
    context.request,
  );
  const refId = referenceId(context.requestId);
  return {
    status,
    headers: { 'Content-Type': JSON_TYPE, ...headers },
    body: { kind: 'json', value: { refId, errorCode, message } },
    logFields: { refId, errorCode: String(errorCode), ...integrationLogFields(context.request) },
  };
}
