import {
  isJsonObject,
  type JsonObject,
  type Problem,
  type UpstreamAnswer,
  type UpstreamOutcome,
} from '../../src/domain/index.ts';

/**
 * The meaning of the backend's errorCode: the reverse of `render-problem.ts`, with similar codes from the
 * vendor's list.
 */
const BY_ERROR_CODE: Readonly<Record<number, Problem>> = {
  1001: { kind: 'unauthenticated', reason: 'missing' },
  1002: { kind: 'unauthenticated', reason: 'invalid' },
  1003: { kind: 'unauthenticated', reason: 'expired' },
  1004: { kind: 'forbidden' },
  1006: { kind: 'image-not-found' },
  1008: { kind: 'corrupt-image' },
  1010: { kind: 'method-not-allowed', allow: [] },
  1011: { kind: 'invalid-parameter', name: 'header', location: 'header' },
  1018: { kind: 'invalid-parameter', name: 'userId', location: 'path' },
  1020: { kind: 'subject-not-found' },
  1024: { kind: 'body-missing' },
  1030: { kind: 'forbidden' },
  1052: { kind: 'not-acceptable' },
  1075: { kind: 'length-mismatch' },
  1124: { kind: 'unsupported-media-type' },
  1126: { kind: 'too-many-files', limit: 1 },
  1127: { kind: 'file-missing', field: 'file' },
  1145: { kind: 'body-malformed', reason: 'syntax' },
  1255: { kind: 'unsupported-format', accepted: ['gif', 'jpeg', 'png'] },
  4000: { kind: 'internal' },
  4001: { kind: 'upstream-unavailable' },
  4002: { kind: 'upstream-timeout' },
  4004: { kind: 'conflict', reason: 'overlap' },
};

const BY_STATUS: Readonly<Record<number, Problem>> = {
  401: { kind: 'unauthenticated', reason: 'invalid' },
  403: { kind: 'forbidden' },
  404: { kind: 'subject-not-found' },
  405: { kind: 'method-not-allowed', allow: [] },
  406: { kind: 'not-acceptable' },
  415: { kind: 'unsupported-media-type' },
  504: { kind: 'upstream-timeout' },
};

/** A window of the vendor's rate limit, for a backend that does not say how long to wait. */
const DEFAULT_RETRY_SECONDS = 60;

/** Codes that say "too large" without a figure that a program could read. */
const TOO_LARGE_CODES: ReadonlySet<unknown> = new Set([1074, 1128]);

/**
 * The problem in an answer that is not a success. Rate limits and sizes come first, then the code, then the
 * status; anything else is the backend's failure. `maxBytes`: the limit to report to the client where the
 * backend refused a file as too large.
 */
export function readUpstreamProblem(
  answer: UpstreamAnswer,
  { maxBytes }: { readonly maxBytes: number },
): UpstreamOutcome {
  const code = isJsonObject(answer.json) ? answer.json.errorCode : undefined;
  if (answer.status === 429 || code === 4003) return { kind: 'problem', problem: readRateLimit(answer) };
  if (TOO_LARGE_CODES.has(code) || answer.status === 413) {
    return { kind: 'problem', problem: { kind: 'file-too-large', limitBytes: maxBytes } };
  }
  const problem = (typeof code === 'number' ? BY_ERROR_CODE[code] : undefined) ?? BY_STATUS[answer.status];
  return { kind: 'problem', problem: problem ?? { kind: 'upstream-unavailable' } };
}

/** Whether a problem has this API's form; a 404 has to have a code of its list. */
export function isOwnProblem(status: number, { errorCode, message }: JsonObject): boolean {
  if (typeof errorCode !== 'number' || typeof message !== 'string') return false;
  return status !== 404 || BY_ERROR_CODE[errorCode] !== undefined;
}

function readRateLimit({ headers }: UpstreamAnswer): Problem {
  const seconds = Number(headers['retry-after']);
  return {
    kind: 'rate-limited',
    retryAfterSeconds: Number.isSafeInteger(seconds) && seconds > 0 ? seconds : DEFAULT_RETRY_SECONDS,
  };
}
