import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  type Problem,
  type UpstreamAnswer,
  type UpstreamOutcome,
} from '../../src/domain/index.ts';

/** The meaning of a whole sentence under `detail`, where the status alone leaves it open. */
const BY_SENTENCE: Readonly<Record<string, Problem>> = {
  'Not authenticated': { kind: 'unauthenticated', reason: 'missing' },
  'Invalid Credentials': { kind: 'unauthenticated', reason: 'invalid' },
  'expired or invalid login token': { kind: 'unauthenticated', reason: 'expired' },
  'Image not found': { kind: 'image-not-found' },
  'Missing boundary in multipart.': { kind: 'body-malformed', reason: 'boundary-missing' },
  'There was an error parsing the body': { kind: 'body-malformed', reason: 'syntax' },
};

/** The problem of each `type` of the first fault under `detail`. */
const BY_FAULT: Readonly<Record<string, Problem>> = {
  'value_error.missing': { kind: 'file-missing', field: 'file' },
  value_error: { kind: 'file-missing', field: 'file', sentAsText: true },
  'value_error.image': { kind: 'corrupt-image' },
};

const BY_STATUS: Readonly<Record<number, Problem>> = {
  401: { kind: 'unauthenticated', reason: 'invalid' },
  403: { kind: 'forbidden' },
  404: { kind: 'subject-not-found' },
  405: { kind: 'method-not-allowed', allow: [] },
  406: { kind: 'not-acceptable' },
  408: { kind: 'request-timeout' },
  409: { kind: 'conflict', reason: 'overlap' },
  415: { kind: 'unsupported-media-type' },
  422: { kind: 'file-missing', field: 'file' },
  500: { kind: 'internal' },
  504: { kind: 'upstream-timeout' },
};

/** The wait where a backend names none. */
const PATIENCE_SECONDS = 60;

/**
 * The problem in an answer that is not a success. Anything unknown is the backend's failure. `maxBytes`: the
 * limit to report to the client where the backend refused a file as too large.
 */
export function readUpstreamProblem(
  answer: UpstreamAnswer,
  { maxBytes }: { readonly maxBytes: number },
): UpstreamOutcome {
  const detail = isJsonObject(answer.json) ? answer.json.detail : undefined;
  const fault = faultType(detail);
  if (fault === 'value_error.image.size' || answer.status === 413) {
    return { kind: 'problem', problem: { kind: 'file-too-large', limitBytes: maxBytes } };
  }
  if (answer.status === 429) return { kind: 'problem', problem: rateLimited(answer) };
  const problem =
    (typeof detail === 'string' ? BY_SENTENCE[detail] : undefined) ??
    (fault === undefined ? undefined : BY_FAULT[fault]) ??
    BY_STATUS[answer.status];
  return { kind: 'problem', problem: problem ?? { kind: 'upstream-unavailable' } };
}

/** Whether a problem has this API's form: a sentence, or a list of faults. */
export function isOwnProblem({ detail }: JsonObject): boolean {
  return typeof detail === 'string' || faultType(detail) !== undefined;
}

function faultType(detail: Json | undefined): string | undefined {
  const [first] = isJsonArray(detail) ? detail : [];
  return isJsonObject(first) && typeof first.type === 'string' ? first.type : undefined;
}

function rateLimited({ headers }: UpstreamAnswer): Problem {
  const seconds = Number(headers['retry-after']);
  return {
    kind: 'rate-limited',
    retryAfterSeconds: Number.isSafeInteger(seconds) && seconds > 0 ? seconds : PATIENCE_SECONDS,
  };
}
