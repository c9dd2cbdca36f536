import { isJsonObject, type Problem, type UpstreamAnswer } from '../../src/domain/index.ts';

/** The problem of each code: the reverse of `render-problem.ts`. */
const BY_CODE: Readonly<Record<number, Problem>> = {
  400: { kind: 'invalid-parameter', name: 'userId', location: 'path' },
  401: { kind: 'unauthenticated', reason: 'invalid' },
  404: { kind: 'route-not-found' },
  4000: { kind: 'forbidden' },
  521: { kind: 'conflict', reason: 'overlap' },
  8012: { kind: 'invalid-parameter', name: 'source', location: 'query' },
  8015: { kind: 'subject-not-found' },
  8016: { kind: 'invalid-parameter', name: 'source', location: 'query' },
  8078: { kind: 'invalid-parameter', name: 'image_ids', location: 'query' },
  8079: { kind: 'body-malformed', reason: 'syntax' },
  8080: { kind: 'image-not-found' },
  8081: { kind: 'file-missing', field: 'file' },
  8082: { kind: 'too-many-files', limit: 5 },
  8084: { kind: 'corrupt-image' },
  8092: { kind: 'invalid-parameter', name: 'identifierName', location: 'query' },
  8093: { kind: 'invalid-parameter', name: 'identifierValue', location: 'query' },
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
  504: { kind: 'upstream-timeout' },
};

/** For a backend that does not say how long to wait. */
const RATE_WINDOW_SECONDS = 60;

/**
 * The problem in an answer; `undefined` where there is none. A 2xx whose `errors` list is not empty is a
 * failure, too. Anything unknown is the backend's failure.
 */
export function readUpstreamProblem(
  { status, headers, json }: UpstreamAnswer,
  { minBytes, maxBytes }: { readonly minBytes: number; readonly maxBytes: number },
): Problem | undefined {
  const code = errorCodeIn(json);
  if (status >= 200 && status <= 299 && code === undefined) return undefined;
  if (status === 413) return { kind: 'file-too-large', limitBytes: maxBytes };
  if (code === 8083) return { kind: 'file-too-small', limitBytes: minBytes, bytes: 0 };
  if (status === 429) {
    const seconds = Number(headers['retry-after']);
    return { kind: 'rate-limited', retryAfterSeconds: seconds > 0 ? seconds : RATE_WINDOW_SECONDS };
  }
  return (
    (code === undefined ? undefined : BY_CODE[code]) ?? BY_STATUS[status] ?? { kind: 'upstream-unavailable' }
  );
}

/** Whether a problem has this API's form; a 404 has to have a code of its list. */
export function isOwnProblem(status: number, code: number): boolean {
  return !Number.isNaN(code) && (status !== 404 || BY_CODE[code] !== undefined);
}

/** The code of the first error, `NaN` where it has none; `undefined`: no error. */
export function errorCodeIn(json: UpstreamAnswer['json']): number | undefined {
  const errors = isJsonObject(json) ? json.errors : undefined;
  const [first] = Array.isArray(errors) ? errors : [];
  if (!isJsonObject(first)) return undefined;
  return typeof first.code === 'number' ? first.code : Number.NaN;
}
