import type { KitAnswer, KitExchange, KitRequest } from '../kit-client.ts';
import type { CaseResult, ConformanceReport } from '../run-conformance.ts';

/** Longest part of a body that is printed, in characters. */
const SHOWN_CHARACTERS = 1000;
/** Headers that carry credentials, and the shell variable that stands for each. */
const CREDENTIALS: Readonly<Record<string, string>> = {
  authorization: 'AUTHORIZATION',
  cookie: 'COOKIE',
  'x-api-key': 'X_API_KEY',
  'x-cap-api-oauth-token': 'X_CAP_API_OAUTH_TOKEN',
};

/** What a person needs to try a failed exchange again: the last one, which is the one that was judged. */
export interface FailureDescription {
  /** One command; credentials are shell variables. */
  readonly curl: string;
  /** Status, headers and the beginning of the body. */
  readonly answer: string;
  /** What the document has for this answer, and where. */
  readonly document: string;
}

/** Describes the last exchange of a failed case; empty where there was none. */
export function describeFailure(
  { url }: Pick<ConformanceReport, 'url'>,
  { exchanges, document = 'nothing: the request matches no operation' }: CaseResult,
): FailureDescription | undefined {
  const last = exchanges.at(-1);
  return last && { curl: curlCommand(url, last), answer: answerText(last.answer), document };
}

function curlCommand(url: string, { request }: KitExchange): string {
  const { method, path, headers } = request;
  const address = /^https?:/.test(path) ? path : url + path;
  const ofHead = method === 'HEAD' ? ['--head'] : ['-X', method];
  return [
    'curl',
    '-i',
    ...ofHead,
    ...Object.entries(headers).flatMap(([name, value]) => ['-H', headerArgument(name, value)]),
    ...bodyArguments(request),
    quote(address),
  ].join(' ');
}

function headerArgument(name: string, value: string): string {
  const variable = CREDENTIALS[name.toLowerCase()];
  return variable === undefined ? quote(`${name}: ${value}`) : `"${name}: $${variable}"`;
}

/** Texts as they are; pictures from the file `body`, which `--exchanges` keeps. */
function bodyArguments({ body }: KitRequest): string[] {
  if (!body) return [];
  const text = readable(body);
  return text !== undefined && text.length <= SHOWN_CHARACTERS
    ? ['--data-binary', quote(text)]
    : ['--data-binary', '@body'];
}

function answerText({ status, headers, body }: KitAnswer): string {
  const text = readable(body);
  const shown = text === undefined ? `(${body.byteLength} bytes)` : text.slice(0, SHOWN_CHARACTERS);
  return [
    `HTTP ${status}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    shown,
  ].join('\n');
}

/** A body's text, unless it is binary. */
function readable(body: Buffer): string | undefined {
  const text = body.toString('utf8');
  return text.includes('\u{fffd}') || text.includes('\0') ? undefined : text;
}

/** In single quotes nothing means anything to a shell but the quote itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
