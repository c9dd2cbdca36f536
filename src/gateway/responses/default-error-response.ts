import { STATUS_CODES } from 'node:http';
import { type Problem, type ProblemTable, renderFrom, type WireResponse } from '../../domain/index.ts';

/**
 * The response to a problem outside of every dialect (RFC 9457): for the gateway's own pages, for downloads, and
 * for paths that no dialect owns.
 */
export function defaultErrorResponse(problem: Problem, requestId: string): WireResponse {
  const status = renderFrom(STATUS, problem, undefined);
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headersFor(problem) },
    body: {
      kind: 'json',
      value: {
        type: 'about:blank',
        title: STATUS_CODES[status] ?? 'Error',
        status,
        code: problem.kind,
        requestId,
      },
    },
  };
}

function headersFor(problem: Problem): Record<string, string> {
  if (problem.kind === 'method-not-allowed') return { Allow: problem.allow.join(', ') };
  return 'retryAfterSeconds' in problem ? { 'Retry-After': String(problem.retryAfterSeconds) } : {};
}

const STATUS = {
  unauthenticated: () => 401,
  forbidden: () => 403,
  'subject-not-found': () => 404,
  'image-not-found': () => 404,
  'invalid-parameter': () => 400,
  'body-missing': () => 400,
  'body-malformed': () => 400,
  'length-mismatch': () => 400,
  'file-missing': () => 400,
  'too-many-files': () => 400,
  'file-too-large': () => 413,
  'file-too-small': () => 400,
  'unsupported-format': () => 415,
  'corrupt-image': () => 422,
  'image-too-complex': () => 422,
  conflict: ({ reason }) => (reason === 'precondition' ? 412 : 409),
  'rate-limited': () => 429,
  'route-not-found': () => 404,
  'method-not-allowed': () => 405,
  'not-acceptable': () => 406,
  'unsupported-media-type': () => 415,
  'request-timeout': () => 408,
  overloaded: () => 503,
  'upstream-unavailable': () => 502,
  'upstream-timeout': () => 504,
  'name-taken': () => 409,
  'person-exists': () => 409,
  'person-erased': () => 410,
  'precondition-failed': () => 412,
  'invalid-person': () => 422,
  internal: () => 500,
} satisfies ProblemTable<undefined, number>;
