import type { ErrorObject } from 'ajv';
import { hintAt } from './nearest-name.ts';

const SHOWN_CHARACTERS = 60;

/** A schema fault in words: its place, what was expected, and what was found. Secrets are not repeated. */
export function explainFault(fault: ErrorObject): string {
  if (fault.instancePath === '' && fault.keyword === 'type' && fault.data === null)
    return 'the file is empty: settings are expected, such as those of config/production.example.yaml';
  const at = fault.instancePath === '' ? 'the settings' : fault.instancePath.slice(1).replaceAll('/', '.');
  return `${at}${fault.keyword === 'discriminator' ? '.kind' : ''}: ${explain(fault)}`;
}

/** Whether a fault only repeats another one: an `if` that did not hold says nothing by itself. */
export function isEcho({ keyword }: ErrorObject): boolean {
  return keyword === 'if' || keyword === 'allOf' || keyword === 'propertyNames';
}

function explain(fault: ErrorObject): string {
  const { keyword, params, data } = fault;
  const schema = schemaOf(fault);
  switch (keyword) {
    case 'additionalProperties': {
      const unknown = String(params.additionalProperty);
      return `there is no setting "${unknown}"; ${hintAt(unknown, propertiesOf(schema))}`;
    }
    case 'required':
      return `"${String(params.missingProperty)}" is missing`;
    case 'discriminator':
      return `expected one of ${listOf(schema.kinds)}${params.tagValue === undefined ? '' : `, got ${quoteShort(params.tagValue)}`}`;
    case 'minProperties':
    case 'maxProperties': {
      const known = propertiesOf(schema);
      return known.length > 0
        ? `expected exactly one of ${listOf(known)}`
        : `expected at least ${params.limit}, got none`;
    }
    case 'minItems':
      return `expected a list with at least ${params.limit} entry`;
    case 'minLength':
      return data === ''
        ? 'is empty'
        : `expected at least ${params.limit} characters, got ${String(data).length}`;
    case 'type':
      if (data === null) return `is empty: expected ${describeExpected(schema)}`;
      return `expected ${describeExpected(schema)}, got ${describeData(schema, data)}${needsQuotes(schema, data) ? ': put it in quotes' : ''}`;
    case 'enum':
    case 'pattern':
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `expected ${describeExpected(schema)}, got ${describeData(schema, data)}`;
    default:
      return fault.message ?? keyword;
  }
}

function schemaOf({ parentSchema }: ErrorObject): Schema {
  return isSchema(parentSchema) ? parentSchema : {};
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}

/** The members of a schema that are read; `expects` and `kinds` are this project's own annotations. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: unknown;
  readonly kinds?: unknown;
  readonly expects?: string;
  readonly pattern?: string;
  readonly writeOnly?: unknown;
  readonly properties?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

function describeExpected(schema: Schema): string {
  if (Array.isArray(schema.enum)) return `one of ${listOf(schema.enum)}`;
  if (schema.expects !== undefined) return schema.expects;
  switch (schema.type) {
    case 'integer':
      return `a whole number${rangeOf(schema)}`;
    case 'number':
      return `a number${rangeOf(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return schema.pattern !== undefined ? `a text that matches ${schema.pattern}` : 'a text';
    case 'array':
      return 'a list';
    case 'object':
      return 'names with values';
    default:
      return [schema.type ?? 'another value'].flat().join(' or ');
  }
}

function rangeOf({ minimum, maximum, exclusiveMinimum }: Schema): string {
  if (minimum !== undefined) {
    return maximum === undefined ? ` of at least ${minimum}` : ` from ${minimum} to ${maximum}`;
  }
  const above = exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`];
  const most = maximum === undefined ? [] : [`at most ${maximum}`];
  return [...above, ...most].map((bound) => ` ${bound}`).join(',');
}

function describeData({ type, writeOnly }: Schema, data: unknown): string {
  if (Array.isArray(data)) return 'a list';
  if (typeof data === 'object') return 'names with values';
  // A text in the place of an object is often a secret that was written one level too high.
  if (writeOnly === true || type === 'object' || type === 'array')
    return `a ${typeof data === 'string' ? 'text' : typeof data}`;
  return quoteShort(data);
}

function quoteShort(data: unknown): string {
  if (typeof data !== 'string') return String(data);
  const safe = data.replace(/\/\/[^/@]*@/, '//…@');
  return safe.length > SHOWN_CHARACTERS ? `"${safe.slice(0, SHOWN_CHARACTERS)}…"` : `"${safe}"`;
}

function needsQuotes({ type }: Schema, data: unknown): boolean {
  return type === 'string' && (typeof data === 'number' || typeof data === 'boolean');
}

function propertiesOf({ properties }: Schema): string[] {
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}

function listOf(words: unknown): string {
  return Array.isArray(words) ? words.join(', ') : String(words);
}
