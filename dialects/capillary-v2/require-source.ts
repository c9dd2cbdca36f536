import { ProblemError, type WireRequestHead } from '../../src/domain/index.ts';
import { queryValue } from './query-value.ts';

const SOURCES = [
  'FACEBOOK',
  'WEB_ENGAGE',
  'WECHAT',
  'INSTORE',
  'MARTJACK',
  'TMALL',
  'TAOBAO',
  'JD',
  'ECOMMERCE',
  'WEBSITE',
  'LINE',
  'MOBILE_APP',
];

/** Requires `source` on reads, in upper or lower case. The domain does not use it. */
export function requireSource(head: WireRequestHead): void {
  const source = queryValue(head, 'source');
  if (source === undefined) {
    throw new ProblemError({ kind: 'invalid-parameter', name: 'source', location: 'query' });
  }
  if (!SOURCES.includes(source.toUpperCase())) {
    throw new ProblemError({ kind: 'invalid-parameter', name: 'source', value: source, location: 'query' });
  }
}
