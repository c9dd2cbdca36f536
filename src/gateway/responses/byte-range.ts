import type { ByteRange } from '../../domain/index.ts';

/**
 * The result of a Range header: one part, a part that does not exist, or a request that is not supported
 * (then the whole picture is sent).
 */
export type RangeRequest = ByteRange | 'unsatisfiable' | undefined;

/** Reads a Range header (RFC 9110, 14.2). Several ranges, other units and malformed headers are ignored. */
export function parseRange(header: string | undefined, totalBytes: number): RangeRequest {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!found) return undefined;
  const [, from = '', to = ''] = found;
  if (from === '' && to === '') return undefined;
  if (from === '') return lastBytes(Number(to), totalBytes);
  const first = Number(from);
  if (to !== '' && Number(to) < first) return undefined;
  if (first >= totalBytes) return 'unsatisfiable';
  return { first, last: to === '' ? totalBytes - 1 : Math.min(Number(to), totalBytes - 1) };
}

function lastBytes(count: number, totalBytes: number): RangeRequest {
  if (count === 0 || totalBytes === 0) return 'unsatisfiable';
  return { first: Math.max(0, totalBytes - count), last: totalBytes - 1 };
}
