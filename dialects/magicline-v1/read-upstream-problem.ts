import {
  isJsonObject,
  type Problem,
  type UpstreamAnswer,
  type UpstreamOutcome,
} from '../../src/domain/index.ts';

/**
 * The meaning of an errorCode: the reverse of `render-problem.ts`. A backend of the vendor's own may use
 * other codes.
 */
const BY_ERROR_CODE: Readonly<Record<string, Problem>> = {
  'error.route.not.found': { kind: 'route-not-found' },
  'validation.parameter.invalid': { kind: 'invalid-parameter', name: 'customerId', location: 'path' },
  'validation.image.required': { kind: 'file-missing', field: 'image' },
  'validation.body.malformed': { kind: 'body-malformed', reason: 'syntax' },
  'validation.image.single': { kind: 'too-many-files', limit: 1 },
  'validation.image.type': { kind: 'unsupported-format', accepted: ['jpeg', 'png'] },
  'validation.image.unreadable': { kind: 'corrupt-image' },
  'validation.image.too.complex': { kind: 'image-too-complex', limit: 'pixels' },
};

/** The documented statuses. A 400 without a known code means that the backend refused the picture. */
const BY_STATUS: Readonly<Record<number, Problem>> = {
  400: { kind: 'corrupt-image' },
  401: { kind: 'unauthenticated', reason: 'invalid' },
  403: { kind: 'forbidden' },
  404: { kind: 'subject-not-found' },
  405: { kind: 'method-not-allowed', allow: [] },
  406: { kind: 'not-acceptable' },
  408: { kind: 'request-timeout' },
  409: { kind: 'conflict', reason: 'overlap' },
  415: { kind: 'unsupported-media-type' },
  504: { kind: 'upstream-timeout' },
};

/** The window of the documented rate limit, for a backend that does not say how long to wait. */
const RATE_WINDOW_SECONDS = 60;

/** The problem in an answer that is not a success. Anything unknown is the backend's failure. */
export function readUpstreamProblem(
  answer: UpstreamAnswer,
  { maxBytes }: { readonly maxBytes: number },
): UpstreamOutcome {
  const code = isJsonObject(answer.json) ? answer.json.errorCode : undefined;
  if (answer.status === 413 || code === 'validation.image.too.large') {
    return { kind: 'problem', problem: { kind: 'file-too-large', limitBytes: maxBytes } };
  }
  if (code === 'validation.image.too.small') {
    return { kind: 'problem', problem: { kind: 'file-too-small', limitBytes: 1, bytes: 0 } };
  }
  if (answer.status === 429) return { kind: 'problem', problem: rateLimited(answer) };
  const problem = (typeof code === 'string' ? BY_ERROR_CODE[code] : undefined) ?? BY_STATUS[answer.status];
  return { kind: 'problem', problem: problem ?? { kind: 'upstream-unavailable' } };
}

function rateLimited({ headers }: UpstreamAnswer): Problem {
  const seconds = Number(headers['retry-after']);
  return {
    kind: 'rate-limited',
    retryAfterSeconds: Number.isSafeInteger(seconds) && seconds > 0 ? seconds : RATE_WINDOW_SECONDS,
  };
}
