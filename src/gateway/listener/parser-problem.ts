import type { Problem } from '../../domain/index.ts';
import type { RouteMatch } from '../routes/route-table.ts';

/**
 * What an error of Node's HTTP parser means to the caller. `receiving`: the head was understood and the body
 * is being received. The codes are llhttp's (https://github.com/nodejs/llhttp, `error.ts`) and Node's own.
 */
export function parserProblem(code: string | undefined, receiving: boolean): Problem {
  const row = PARSER_PROBLEMS[code ?? ''] ?? UNREADABLE;
  return receiving ? row.body : row.head;
}

/** Whether the connection broke, so that no answer can be sent. */
export function connectionBroke(code: string | undefined): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT';
}

/** What an error means while the head is read, and while the body is. */
interface ParserProblem {
  readonly head: Problem;
  readonly body: Problem;
}

const always = (problem: Problem): ParserProblem => ({ head: problem, body: problem });

const badHeader = (name: string): Problem => ({ kind: 'invalid-parameter', location: 'header', name });

const TOO_MUCH: ParserProblem = {
  head: badHeader('headers'),
  body: { kind: 'body-malformed', reason: 'limits' },
};

const UNREADABLE: ParserProblem = {
  head: badHeader('request'),
  body: { kind: 'body-malformed', reason: 'syntax' },
};

const PARSER_PROBLEMS: Readonly<Record<string, ParserProblem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: always({ kind: 'request-timeout' }),
  HPE_HEADER_OVERFLOW: TOO_MUCH,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: TOO_MUCH,
  HPE_INVALID_URL: always({ kind: 'invalid-parameter', location: 'path', name: 'path' }),
  HPE_INVALID_CONTENT_LENGTH: always({ kind: 'length-mismatch' }),
  HPE_UNEXPECTED_CONTENT_LENGTH: always({ kind: 'length-mismatch' }),
  // The client closed its side. Before the body the head is cut off; in the body there are fewer bytes than
  // announced.
  HPE_INVALID_EOF_STATE: {
    head: { kind: 'body-malformed', reason: 'syntax' },
    body: { kind: 'length-mismatch' },
  },
};

/** A method that the parser does not know is a wrong method where its path is documented. */
export function unknownMethodProblem(match: RouteMatch): Problem {
  return match.kind === 'wrong-method'
    ? { kind: 'method-not-allowed', allow: match.allow }
    : { kind: 'route-not-found' };
}
