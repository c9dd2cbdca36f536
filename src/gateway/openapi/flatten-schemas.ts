import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../domain/index.ts';

/**
 * Writes every `allOf` of objects out as one object. Few generators can narrow a member through `allOf`, and
 * the others drop the whole response. References inside are looked up in `root`. Later members narrow earlier
 * ones.
 */
export function flattenSchemas(node: Json | undefined, root: JsonObject): Json | undefined {
  if (isJsonArray(node)) return node.map((member) => flattenSchemas(member, root) ?? null);
  if (!isJsonObject(node)) return node;
  const { allOf, ...rest } = node;
  const whole = isJsonArray(allOf)
    ? [...allOf.map((member) => schemaAt(member, root)), rest].reduce(narrow, {})
    : node;
  return Object.fromEntries(Object.entries(whole).map(([key, value]) => [key, flattenSchemas(value, root)]));
}

function schemaAt(member: Json, root: JsonObject): JsonObject {
  if (!isJsonObject(member)) return {};
  if (typeof member.$ref !== 'string') return member;
  let found: Json | undefined = root;
  for (const step of member.$ref.split('/').slice(1)) found = isJsonObject(found) ? found[step] : undefined;
  return schemaAt(found ?? {}, root);
}

function narrow(before: JsonObject, after: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...before };
  for (const [key, value] of Object.entries(after)) {
    const old = merged[key];
    if (isJsonObject(old) && isJsonObject(value)) merged[key] = narrow(old, value);
    else if (key === 'required' && isJsonArray(old) && isJsonArray(value))
      merged[key] = [...new Set([...old, ...value])];
    else merged[key] = value;
  }
  return merged;
}
