import type { Finding } from './conformance-case.ts';

/**
 * Compares a JSON answer with two renderings of the expected answer. Where the renderings differ (ids, times)
 * only the type is compared, elsewhere the value. The order of keys does not matter.
 */
export function compareJson(one: unknown, other: unknown, got: unknown, where = 'body'): Finding[] {
  if (Array.isArray(one) && Array.isArray(other)) return compareLists(one, other, got, where);
  if (isObject(one) && isObject(other)) return compareObjects(one, other, got, where);
  const volatile = JSON.stringify(one) !== JSON.stringify(other);
  const same = volatile ? typeof one === typeof got : one === got;
  return same ? [] : [{ where, expected: volatile ? `any ${typeof one}` : text(one), got: text(got) }];
}

function compareLists(one: unknown[], other: unknown[], got: unknown, where: string): Finding[] {
  if (!Array.isArray(got) || got.length !== one.length) {
    return [{ where, expected: `a list of ${one.length}`, got: text(got) }];
  }
  return one.flatMap((value, index) => compareJson(value, other[index], got[index], `${where}/${index}`));
}

function compareObjects(
  one: Record<string, unknown>,
  other: Record<string, unknown>,
  got: unknown,
  where: string,
): Finding[] {
  if (!isObject(got)) return [{ where, expected: 'an object', got: text(got) }];
  const missing = Object.keys(one).filter((key) => !(key in got));
  const surplus = Object.keys(got).filter((key) => !(key in one));
  return [
    ...missing.map((key) => ({ where: `${where}/${key}`, expected: text(one[key]), got: 'nothing' })),
    ...surplus.map((key) => ({ where: `${where}/${key}`, expected: 'nothing', got: text(got[key]) })),
    ...Object.keys(one)
      .filter((key) => key in got)
      .flatMap((key) => compareJson(one[key], other[key], got[key], `${where}/${key}`)),
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 200);
}
