import {
  type Problem,
  type ProblemOf,
  type ProblemTable,
  type RequestContext,
  renderFrom,
  type WireResponse,
} from '../../src/domain/index.ts';
import { JSON_TYPE } from './write-json.ts';

/** HTTP status, code and message, and the headers that HTTP requires with them. */
type Row = readonly [
  status: number,
  code: number,
  message: string,
  headers?: Readonly<Record<string, string>>,
];

const UPLOAD_FAILED = 'Error in uploading Image';
const INVALID_IMAGE = 'The request does not contain a valid image file, or the image has not been added.';
const TOO_LARGE_TO_DECODE = 'The image is too large or too complex to be processed.';
const UNAVAILABLE = 'Service is unavailable. Please try after some time';

const BUSY_CUSTOMER: Row = [
  409,
  521,
  'Multiple actions running for the same customer, Please try after some time',
];
const INVALID_INPUT: Row = [
  400,
  400,
  'Invalid input. Please check request body parameters or input xml/json. Invalid path parameter.',
];

/**
 * Codes 8xxx, 4000 and 521 and their texts are the vendor's. Their HTTP status and every other row are our
 * choice.
 */
const TABLE = {
  unauthenticated: () => [401, 401, 'Authentication failed. Please check username and password.'],
  forbidden: () => [403, 4000, 'Not authorized. Access is denied!'],
  'subject-not-found': () => [404, 8015, 'Customer not found for the given identifiers'],
  'image-not-found': () => [404, 8080, 'Error in deleting image'],
  'invalid-parameter': (problem) => invalidParameter(problem),
  'body-missing': () => [400, 8081, 'No Image Passed'],
  'file-missing': () => [400, 8081, 'No Image Passed'],
  'body-malformed': () => [400, 8079, UPLOAD_FAILED],
  'length-mismatch': () => [400, 8079, UPLOAD_FAILED],
  'too-many-files': ({ limit }) => [400, 8082, `Max image per user is ${limit}`],
  'file-too-small': () => [400, 8083, 'Image size is too small'],
  'file-too-large': () => [413, 8079, UPLOAD_FAILED],
  'unsupported-format': () => [400, 8084, INVALID_IMAGE],
  'corrupt-image': () => [400, 8084, INVALID_IMAGE],
  'image-too-complex': () => [400, 8084, TOO_LARGE_TO_DECODE],
  conflict: () => BUSY_CUSTOMER,
  'rate-limited': ({ retryAfterSeconds }) => [429, 429, 'Rate limit exceeded', retryAfter(retryAfterSeconds)],
  'route-not-found': () => [404, 404, 'Incorrect resource or resource not found.'],
  'method-not-allowed': ({ allow }) => [405, 405, 'Method not allowed.', { Allow: allow.join(', ') }],
  'unsupported-media-type': () => [415, 415, 'Unsupported media type.'],
  'not-acceptable': () => [406, 406, 'Not acceptable.'],
  'request-timeout': () => [408, 408, 'Request timed out.'],
  overloaded: ({ retryAfterSeconds }) => [503, 503, UNAVAILABLE, retryAfter(retryAfterSeconds)],
  'upstream-unavailable': () => [503, 503, UNAVAILABLE],
  'upstream-timeout': () => [504, 504, 'Service did not answer in time.'],
  // Problems of the people registry. No client of this API can cause them, so these are the nearest rows.
  'name-taken': () => BUSY_CUSTOMER,
  'person-exists': () => BUSY_CUSTOMER,
  'person-erased': () => [404, 8015, 'Customer not found for the given identifiers'],
  'precondition-failed': () => BUSY_CUSTOMER,
  'invalid-person': () => INVALID_INPUT,
  internal: () => [500, 500, 'Requests have failed due to errors.'],
} as const satisfies ProblemTable<undefined, Row>;

/** Parameters that have a row of their own when they are missing. */
const MISSING: Readonly<Record<string, Row>> = {
  image_ids: [400, 8078, 'No Image passed to be deleted'],
  source: [400, 8016, 'GET failed,No source passed'],
  identifierName: [400, 8092, 'GET failed, No identifier type passed'],
  identifierValue: [400, 8093, 'GET failed, No identifier value passed'],
};

function invalidParameter({ name, value }: ProblemOf<'invalid-parameter'>): Row {
  const missing = value === undefined ? MISSING[name] : undefined;
  if (missing) return missing;
  if (name === 'source') return [400, 8012, 'Get, Invalid source passed'];
  return INVALID_INPUT;
}

function retryAfter(seconds: number): Record<string, string> {
  return { 'Retry-After': String(seconds) };
}

/** Operations whose answers have a `data` list, errors included. */
const IMAGE_OPERATIONS: ReadonlySet<string | undefined> = new Set([
  'addCustomerImage',
  'addCustomerImageByIdentifier',
  'deleteCustomerImage',
]);

/** Whether the service counts the code among its business errors, which `observed` answers with HTTP 200. */
function isBusinessError(code: number): boolean {
  return code === 521 || (code >= 8000 && code < 9000);
}

/**
 * `{"data":[],"warnings":[],"errors":[{"status":false,"code","message"}]}`. Only image operations have `data`.
 */
export function renderProblem(problem: Problem, { profile, request }: RequestContext<unknown>): WireResponse {
  const [status, code, message, headers = {}]: Row = renderFrom<undefined, Row>(TABLE, problem, undefined);
  const errors = [{ status: false, code, message }];
  return {
    status: profile === 'observed' && isBusinessError(code) ? 200 : status,
    headers: { 'Content-Type': JSON_TYPE, ...headers },
    body: {
      kind: 'json',
      value: IMAGE_OPERATIONS.has(request.operationId)
        ? { data: [], warnings: [], errors }
        : { warnings: [], errors },
    },
    logFields: { errorCode: String(code) },
  };
}
