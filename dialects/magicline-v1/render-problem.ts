import {
  type JsonObject,
  mediaTypeOf,
  type Problem,
  type ProblemTable,
  type RequestContext,
  renderFrom,
  type WireResponse,
} from '../../src/domain/index.ts';
import { chooseLanguage } from './messages/choose-language.ts';
import type { MessageKey, Messages } from './messages/message-key.ts';
import { datadogTraceId } from './trace-id.ts';
import { JSON_TYPE } from './write-image-url.ts';

/** A value and which of the page's 17 types it has; these are the ones that occur here. */
type Argument =
  | { readonly value: number; readonly type: 'INTEGER' }
  | { readonly value: string; readonly type: 'STRING' };

/** HTTP status, errorCode, message, and the other members that the contract names for the row. */
type Row = readonly [
  status: number,
  errorCode: string,
  message: MessageKey,
  more?: {
    readonly reference?: string;
    readonly args?: readonly Argument[];
    readonly headers?: Readonly<Record<string, string>>;
  },
];

const IMAGE = { reference: 'image' };

/** The errorCodes are this project's choice, because the vendor's page names the field but no value. */
const TABLE = {
  unauthenticated: () => [401, 'error.authentication', 'authentication'],
  forbidden: () => [403, 'error.authorization', 'authorization'],
  'subject-not-found': () => [404, 'error.entity.not.found', 'entity-not-found'],
  'image-not-found': () => [404, 'error.entity.not.found', 'entity-not-found'],
  'route-not-found': () => [404, 'error.route.not.found', 'route-not-found'],
  'invalid-parameter': ({ name }) => [
    400,
    'validation.parameter.invalid',
    'parameter-invalid',
    { reference: name, args: [{ value: name, type: 'STRING' }] },
  ],
  'body-missing': () => [400, 'validation.image.required', 'image-required', IMAGE],
  'file-missing': () => [400, 'validation.image.required', 'image-required', IMAGE],
  'body-malformed': () => [400, 'validation.body.malformed', 'body-malformed'],
  'length-mismatch': () => [400, 'validation.body.malformed', 'body-malformed'],
  'too-many-files': () => [400, 'validation.image.single', 'image-single', IMAGE],
  'file-too-large': ({ limitBytes }) => [
    400,
    'validation.image.too.large',
    'image-too-large',
    { ...IMAGE, args: [{ value: limitBytes, type: 'INTEGER' }] },
  ],
  'file-too-small': ({ limitBytes }) => [
    400,
    'validation.image.too.small',
    'image-too-small',
    { ...IMAGE, args: [{ value: limitBytes, type: 'INTEGER' }] },
  ],
  'unsupported-format': ({ accepted }) => [
    400,
    'validation.image.type',
    'image-type',
    { ...IMAGE, args: [{ value: accepted.map(mediaTypeOf).join(', '), type: 'STRING' }] },
  ],
  'corrupt-image': () => [400, 'validation.image.unreadable', 'image-unreadable', IMAGE],
  'image-too-complex': () => [400, 'validation.image.too.complex', 'image-too-complex', IMAGE],
  conflict: () => [409, 'error.concurrent.modification', 'concurrent-modification'],
  'rate-limited': ({ retryAfterSeconds }) => [
    429,
    'error.rate.limit',
    'rate-limit',
    retryAfter(retryAfterSeconds),
  ],
  'method-not-allowed': ({ allow }) => [
    405,
    'error.method',
    'method',
    { headers: { Allow: allow.join(', ') } },
  ],
  'not-acceptable': () => [406, 'error.not.acceptable', 'not-acceptable'],
  'unsupported-media-type': () => [415, 'error.media.type', 'media-type'],
  'request-timeout': () => [408, 'error.timeout', 'timeout'],
  overloaded: ({ retryAfterSeconds }) => [
    503,
    'error.unavailable',
    'unavailable',
    retryAfter(retryAfterSeconds),
  ],
  'upstream-unavailable': () => [503, 'error.unavailable', 'unavailable'],
  'upstream-timeout': () => [504, 'error.timeout', 'timeout'],
  // Problems of the people registry. No client of this API can cause them, so these are the nearest rows.
  'name-taken': () => [409, 'error.concurrent.modification', 'concurrent-modification'],
  'person-exists': () => [409, 'error.concurrent.modification', 'concurrent-modification'],
  'person-erased': () => [404, 'error.entity.not.found', 'entity-not-found'],
  'precondition-failed': () => [409, 'error.concurrent.modification', 'concurrent-modification'],
  'invalid-person': ({ pointer }) => [
    400,
    'validation.parameter.invalid',
    'parameter-invalid',
    { reference: pointer, args: [{ value: pointer, type: 'STRING' }] },
  ],
  internal: () => [500, 'error.unexpected', 'unexpected'],
} as const satisfies ProblemTable<undefined, Row>;

function retryAfter(seconds: number): { readonly headers: Record<string, string> } {
  return { headers: { 'Retry-After': String(seconds) } };
}

/** `errorMessage`, `errorCode` and `traceId` always; the others where the row has them. */
export function renderProblem(problem: Problem, context: RequestContext<unknown>): WireResponse {
  const [status, errorCode, key, more = {}]: Row = renderFrom<undefined, Row>(TABLE, problem, undefined);
  const args = more.args ?? [];
  const messages = chooseLanguage(context.request.headers['accept-language']);
  return {
    status,
    headers: { 'Content-Type': JSON_TYPE, ...more.headers },
    body: {
      kind: 'json',
      value: {
        errorMessage: fillIn(messages, key, args),
        errorCode,
        traceId: datadogTraceId(context.traceId),
        ...(args.length > 0 ? argumentsOf(args) : {}),
        reference: more.reference,
      },
    },
    logFields: { errorCode },
  };
}

function fillIn(messages: Messages, key: MessageKey, args: readonly Argument[]): string {
  return messages[key].replace(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]?.value ?? ''));
}

/** `args` is the deprecated form of `typedArgs`, without types. */
function argumentsOf(args: readonly Argument[]): JsonObject {
  return {
    args: args.map(({ value }) => ({ value })),
    typedArgs: args.map(({ value, type }) => ({ value, type })),
  };
}
