import type { Problem } from '../../domain/index.ts';
import type { RouteMatch } from '../routes/route-table.ts';

/**
 * What an error of Node's HTTP parser means to the caller. `receiving`: the head was understood and its body is under way.
 * The codes are llhttp's (https://github.com/nodejs/llhttp, `error.ts`) and Node's own.
 */
export function parserProblem(code: string | undefined, receiving: boolean): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { kind: 'request-timeout' };
    case 'HPE_HEADER_OVERFLOW':
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return receiving
        ? { kind: 'body-malformed', reason: 'limits' }
        : { kind: 'invalid-parameter', location: 'header', name: 'headers' };
    case 'HPE_INVALID_URL':
      return { kind: 'invalid-parameter', location: 'path', name: 'path' };
    case 'HPE_INVALID_CONTENT_LENGTH':
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
      return { kind: 'length-mismatch' };
    case 'HPE_INVALID_EOF_STATE':
      return receiving ? { kind: 'length-mismatch' } : { kind: 'body-malformed', reason: 'syntax' };
    default:
      return receiving
        ? { kind: 'body-malformed', reason: 'syntax' }
        : { kind: 'invalid-parameter', location: 'header', name: 'request' };
  }
}

/** A method that the parser does not know is a wrong method where its path is documented. */
export function unknownMethodProblem(match: RouteMatch): Problem {
  return match.kind === 'wrong-method'
    ? { kind: 'method-not-allowed', allow: match.allow }
    : { kind: 'route-not-found' };
}
