import type { OpenAPIV3_1 } from 'openapi-types';
import type { DocumentParameter } from '../openapi/open-api-document.ts';

/** The meaning of a parameter's text under its schema. */
export type ParameterValue =
  | { readonly understood: true; readonly value: unknown }
  | { readonly understood: false };

/**
 * Reads a parameter's text, or texts, as its schema's type. Integers are checked against their format as
 * decimal text, because a JavaScript number is not exact past 2^53.
 */
export function parameterValue(parameter: DocumentParameter, texts: readonly string[]): ParameterValue {
  const schema = schemaOf(parameter.schema);
  const [first = ''] = texts;
  if (!hasType(schema, 'array')) return scalarValue(schema, first);
  const pieces = (parameter.explode ?? parameter.in === 'query') ? texts : first.split(',');
  const items = 'items' in schema ? schemaOf(schema.items) : {};
  const values = pieces.map((piece) => scalarValue(items, piece));
  return values.every((value) => value.understood)
    ? { understood: true, value: values.map(({ value }) => value) }
    : { understood: false };
}

function scalarValue(schema: OpenAPIV3_1.SchemaObject, text: string): ParameterValue {
  if (hasType(schema, 'string')) return { understood: true, value: text };
  if (hasType(schema, 'integer')) return integerValue(schema.format, text);
  if (hasType(schema, 'number')) {
    const value = Number(text);
    return text.trim() !== '' && Number.isFinite(value) ? { understood: true, value } : { understood: false };
  }
  if (hasType(schema, 'boolean')) {
    return text === 'true' || text === 'false'
      ? { understood: true, value: text === 'true' }
      : { understood: false };
  }
  return { understood: true, value: text };
}

const BITS: Readonly<Record<string, number>> = { int32: 32, int64: 64 };

function integerValue(format: string | undefined, text: string): ParameterValue {
  if (!/^-?\d{1,40}$/.test(text)) return { understood: false };
  const bits = BITS[format ?? ''];
  const whole = BigInt(text);
  if (bits !== undefined && BigInt.asIntN(bits, whole) !== whole) return { understood: false };
  return { understood: true, value: Number(whole) };
}

function hasType(schema: OpenAPIV3_1.SchemaObject, name: string): boolean {
  const { type } = schema;
  return Array.isArray(type) ? type.some((one) => one === name) : type === name;
}

function schemaOf(schema: unknown): OpenAPIV3_1.SchemaObject {
  return isSchema(schema) ? schema : {};
}

function isSchema(schema: unknown): schema is OpenAPIV3_1.SchemaObject {
  return typeof schema === 'object' && schema !== null;
}
