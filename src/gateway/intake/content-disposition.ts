import { parse } from 'content-type';

const LINE = /^content-disposition[ \t]*:[ \t]*/i;

/** `form-data; name="a"; filename=b`. The parser of forms understands nothing else. */
const PLAIN = /^form-data(?:; ?[a-z]+\*?=(?:"(?:[^"\\]|\\.)*"|[\w.!#$%&'*+^`|~-]+))+$/i;

/** Whether the last quote is not closed, which PHP and Starlette accept. */
function hasOpenQuote(value: string): boolean {
  return value.replace(/\\./g, '').split('"').length % 2 === 0;
}

/**
 * Rewrites a part's `Content-Disposition` so that the parser of forms understands it. The parser would skip a
 * part of another type than `form-data`, a part with blanks in an unquoted name, and a part with a semicolon at
 * the end. Other header lines stay as they are.
 */
export function normaliseDisposition(line: string): string {
  const start = LINE.exec(line);
  if (!start) return line;
  const value = line.slice(start[0].length);
  if (PLAIN.test(value)) return line;
  const { parameters } = parse(hasOpenQuote(value) ? `${value}"` : value);
  const known = Object.entries(parameters).filter(([name]) => /^(?:name|filename\*?)$/.test(name));
  const spelled = known.map(([name, text]) =>
    name.endsWith('*') ? `; ${name}=${text}` : `; ${name}="${text.replace(/[\\"]/g, '\\$&')}"`,
  );
  return `Content-Disposition: form-data${spelled.join('')}`;
}
