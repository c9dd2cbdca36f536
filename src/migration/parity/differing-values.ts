import { isJsonArray, isJsonObject, type Json } from '../../domain/index.ts';
import { asUpstreamAnswer, type WholeAnswer } from '../upstream/read-answer.ts';

/** Longest text that is kept of a value. */
const MAX_CHARACTERS = 200;
const REDACTED = '[redacted]';
/** Members and headers whose values must not be in a report. */
const SECRET =
  /(pass|pwd|secret|token|hash|auth|credential|cookie|session|signature|api_?key|e?mail|phone|mobile|name|birth|address|identifier)/i;

/** Both values at each differing path. */
export type DifferingValues = Readonly<Record<string, readonly [theirs: string, ours: string]>>;

/**
 * The values at the differing paths of two answers. Secrets, values that identify people, and the signed parts
 * of addresses are left out.
 */
export function readDifferingValues(
  theirs: WholeAnswer,
  ours: WholeAnswer,
  paths: readonly string[],
): DifferingValues {
  const one = asUpstreamAnswer(theirs);
  const other = asUpstreamAnswer(ours);
  const read = ({ status, headers, json }: typeof one, path: string): Json | undefined => {
    if (path === 'status') return status;
    if (path === 'content-type') return headers['content-type'];
    if (path.startsWith('header:')) return headers[path.slice('header:'.length)];
    return json === undefined ? undefined : readPointer(json, path);
  };
  return Object.fromEntries(
    paths.map((path) => [path, [redact(path, read(one, path)), redact(path, read(other, path))]]),
  );
}

/** The value at a JSON pointer. `*` stands for the first item of a list that has the rest of the path. */
function readPointer(json: Json, pointer: string): Json | undefined {
  const [, ...names] = pointer.split('/');
  let found: Json | undefined = json;
  for (const name of names) {
    if (name === '') continue;
    if (isJsonArray(found)) found = name === '*' ? found[0] : found.length;
    else found = isJsonObject(found) ? found[name] : undefined;
  }
  return found;
}

/**
 * An address without its query and without long parts of its path, because either may be the signature that
 * opens the picture.
 */
function withoutTickets(text: string): string {
  const shown = text.replace(/\?.*$/s, '?…');
  return shown.includes('/') ? shown.replace(/(?<=\/)[\w~.=-]{24,}(?=\/|$|\?)/g, '…') : shown;
}

function redact(path: string, value: Json | undefined): string {
  if (value === undefined) return '(absent)';
  if (SECRET.test(path)) return REDACTED;
  const text = JSON.stringify(value, (name, inner: unknown) => {
    if (SECRET.test(name)) return REDACTED;
    return typeof inner === 'string' ? withoutTickets(inner) : inner;
  });
  return text.slice(0, MAX_CHARACTERS);
}
