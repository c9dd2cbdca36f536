/** The longest file name that is kept, in characters. */
const MAX_LENGTH = 255;

/**
 * A declared file name as something to show, never as part of a path: without directories, control characters
 * and invisible direction marks, cut at 255 characters. `undefined` where nothing is left.
 */
export function cleanFileName(declared: string | undefined): string | undefined {
  if (declared === undefined) return undefined;
  const base = declared.split(/[\\/]/).at(-1) ?? '';
  // Direction marks make a reader see `exe.jpg` as `gpj.exe`.
  const visible = base.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '').trim();
  const name = visible.slice(0, MAX_LENGTH).toWellFormed();
  return name === '' || name === '.' || name === '..' ? undefined : name;
}

/**
 * The file name in a Content-Disposition header as clients really send it: `filename*`, quoted, unquoted,
 * percent-encoded, a whole path (wire/smartsheet.md).
 */
export function fileNameOf(contentDisposition: string | undefined): string | undefined {
  if (contentDisposition === undefined) return undefined;
  const extended = /(?:^|;)\s*filename\*\s*=\s*(?:utf-8|iso-8859-1)'[^']*'([^;\s]+)/i.exec(
    contentDisposition,
  );
  const quoted = /(?:^|;)\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(contentDisposition);
  const bare = /(?:^|;)\s*filename\s*=\s*([^";][^;]*)/i.exec(contentDisposition);
  const value = extended?.[1] ?? quoted?.[1]?.replace(/\\(["\\])/g, '$1') ?? bare?.[1];
  return cleanFileName(value === undefined ? undefined : decodePercents(value));
}

function decodePercents(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (cause) {
    // A plain name with a `%` in it, such as `50%.png`.
    if (cause instanceof URIError) return value;
    throw cause;
  }
}
