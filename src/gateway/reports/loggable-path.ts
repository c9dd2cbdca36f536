/** Longer segments are tickets, tokens or nonsense. */
const MAX_SEGMENT = 40;

/** Path segments of a log line before it is cut. */
const MAX_SEGMENTS = 12;

/**
 * A path that may be logged: without its query, and without any text that could be a ticket, an address or a
 * name. Segments of plain words and numbers stay; all others become `~`.
 */
export function loggablePath(path: string): string {
  const segments = path.split('/').slice(0, MAX_SEGMENTS + 1);
  return segments
    .map((segment) => (segment.length <= MAX_SEGMENT && /^[A-Za-z0-9._-]*$/.test(segment) ? segment : '~'))
    .join('/');
}
