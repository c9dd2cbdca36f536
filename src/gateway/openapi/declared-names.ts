import { isJsonObject, type Json } from '../../domain/index.ts';

/** The names of all parameters and members that a document declares. */
export function declaredNames(source: Json): ReadonlySet<string> {
  return new Set(namesIn(source));
}

function* namesIn(node: Json): Generator<string> {
  if (Array.isArray(node)) {
    for (const item of node) yield* namesIn(item);
  } else if (isJsonObject(node)) {
    if (typeof node.in === 'string' && typeof node.name === 'string') yield node.name;
    if (isJsonObject(node.properties)) yield* Object.keys(node.properties);
    for (const child of Object.values(node)) if (child !== undefined) yield* namesIn(child);
  }
}
