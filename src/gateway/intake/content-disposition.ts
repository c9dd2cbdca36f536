import { parse } from 'content-type';

const LINE = /^content-disposition[ \t]*:[ \t]*/i;

/** `form-data; name="a"; filename=b`: all that the parser of forms understands. */
const PLAIN = /^form-data(?:; ?[a-z]+\*?=(?:"(?:[^"\\]|\\.)*"|[\w.!#$%&'*+^`|~-]+))+$/i;

/** Whether the last quote is not closed, as PHP and Starlette forgive. */
function hasOpenQuote(value: string): boolean {
  return value.replace(/\\./g, '').split('"').length % 2 === 0;
}

/**
 * Spells a part's `Content-Disposition` so that the parser of forms understands it: it skips parts of any other type than `form-data`, and
 * parts with blanks in an unquoted name or a semicolon at the end. Other header lines stay as they are.
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
