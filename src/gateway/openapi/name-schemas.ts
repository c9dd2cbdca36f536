import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../domain/index.ts';

/**
 * Moves every response schema that has a title to the components under that name, so that a generated client
 * has one class for it instead of one for each operation.
 */
export function nameSchemas(document: JsonObject): JsonObject {
  const named: Record<string, Json | undefined> = {};

  function visit(node: Json | undefined): Json | undefined {
    if (isJsonArray(node)) return node.map((member) => visit(member) ?? null);
    if (!isJsonObject(node)) return node;
    const { schema } = node;
    if (isJsonObject(schema) && typeof schema.title === 'string') {
      const { title, ...rest } = schema;
      named[title] = rest;
      return { ...node, schema: { $ref: `#/components/schemas/${title}` } };
    }
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, visit(value)]));
  }

  const components = isJsonObject(document.components) ? document.components : {};
  const responses = visit(components.responses);
  const schemas = isJsonObject(components.schemas) ? components.schemas : {};
  return {
    ...document,
    components: {
      ...components,
      schemas: { ...schemas, ...named },
      ...(responses !== undefined && { responses }),
    },
  };
}
