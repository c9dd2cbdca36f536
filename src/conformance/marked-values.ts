/** A document's marks on a value, beside its shape. */
export type Mark = 'x-polyface-picture' | 'x-polyface-volatile';

/**
 * Every text of a JSON value whose schema carries the mark, each once, in order. The schema is dereferenced.
 * Each member of `allOf`, `oneOf` and `anyOf` may carry the mark.
 */
export function markedValues(mark: Mark, schema: unknown, value: unknown): string[] {
  if (!isObject(schema)) return [];
  const branches = ['allOf', 'oneOf', 'anyOf'].flatMap((name) => listIn(schema, name));
  const found = branches.flatMap((branch) => markedValues(mark, branch, value));
  if (typeof value === 'string') return unique(schema[mark] === true ? [value, ...found] : found);
  if (Array.isArray(value))
    return unique([...value.flatMap((item) => markedValues(mark, schema.items, item)), ...found]);
  if (!isObject(value) || !isObject(schema.properties)) return unique(found);
  const { properties } = schema;
  const inMembers = Object.entries(value).flatMap(([name, member]) =>
    markedValues(mark, properties[name], member),
  );
  return unique([...inMembers, ...found]);
}

function listIn(schema: Record<string, unknown>, name: string): unknown[] {
  const list = schema[name];
  return Array.isArray(list) ? list : [];
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
