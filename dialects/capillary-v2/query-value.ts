import type { WireRequestHead } from '../../src/domain/index.ts';

/**
 * The first value of a query parameter that is not empty. URLs that are copied from the vendor's page carry a
 * stray `?` at the end of a value.
 */
export function queryValue({ query }: WireRequestHead, name: string): string | undefined {
  return queryValues({ query }, name)[0];
}

/** Every value of a query parameter that is not empty, without stray `?`s. */
export function queryValues({ query }: Pick<WireRequestHead, 'query'>, name: string): string[] {
  return (query[name] ?? [])
    .map((value) => value.replace(/(?<!\?)\?+$/, '').trim())
    .filter((value) => value !== '');
}
