import { asUpstreamAnswer, type WholeAnswer } from '../upstream/read-answer.ts';
import { differingHeaders } from './compare-headers.ts';
import { type Allowance, differingPaths } from './compare-json.ts';

/**
 * Where two answers differ on the wire: `status`, `content-type`, `header:<name>`, `body`, or JSON pointers.
 */
export function compareWire(theirs: WholeAnswer, ours: WholeAnswer, allowance: Allowance = {}): string[] {
  const one = asUpstreamAnswer(theirs);
  const other = asUpstreamAnswer(ours);
  const found: string[] = [];
  if (one.status !== other.status) found.push('status');
  if (mediaType(one.headers['content-type']) !== mediaType(other.headers['content-type'])) {
    found.push('content-type');
  }
  found.push(...differingHeaders(one.headers, other.headers));
  if (one.json !== undefined && other.json !== undefined)
    found.push(...differingPaths(one.json, other.json, allowance));
  else if (one.text !== other.text) found.push('body');
  return found.filter((path) => !allowance.noise?.has(path));
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
