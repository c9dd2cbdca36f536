import type { ErrorObject } from 'ajv';
import { type Json, type ParameterLocation, ProblemError, type WireRequestHead } from '../../domain/index.ts';
import type { DocumentOperation, DocumentParameter } from '../openapi/open-api-document.ts';
import { isAcceptable } from './acceptable.ts';
import { parameterValue } from './parameter-value.ts';
import type { SchemaCheck, SchemaCompiler } from './schema-compiler.ts';

/** Validates the requests of one operation against its document. */
export interface RequestValidator {
  /**
   * Throws `invalid-parameter` for the first path, query or header parameter that is missing or wrong, and
   * `not-acceptable` where Accept rules out every documented success, unless any type will do.
   */
  requireHead(head: WireRequestHead, options?: { readonly anyType: boolean }): void;
  /** Throws `invalid-parameter` (`body`) for the first member of a JSON body that is missing or wrong. */
  requireJson(json: Json): void;
}

type ParameterCheck = (head: WireRequestHead) => void;

/** OpenAPI leaves these to `security`, `requestBody` and the answers' media types. */
const IGNORED_HEADERS = new Set(['accept', 'content-type', 'authorization']);

/** Compiles an operation's parameters and JSON body. */
export function createRequestValidator(
  { parameters, operation }: DocumentOperation,
  compiler: SchemaCompiler,
): RequestValidator {
  const checks = parameters.flatMap((parameter) => {
    const location = locationOf(parameter);
    return location ? [parameterCheck(parameter, location, compiler)] : [];
  });
  const { requestBody } = operation;
  const media = requestBody && 'content' in requestBody ? requestBody.content['application/json'] : undefined;
  const validateJson = media?.schema ? compiler.compile(media.schema) : undefined;
  const successTypes = successTypesOf(operation);
  return {
    requireHead(head, { anyType } = { anyType: false }) {
      for (const check of checks) check(head);
      if (!anyType && !isAcceptable(head.headers.accept, successTypes))
        throw new ProblemError({ kind: 'not-acceptable' });
    },
    requireJson(json) {
      if (validateJson && !validateJson(json)) throw new ProblemError(jsonFault(validateJson, json));
    },
  };
}

/**
 * The media types that Accept is checked against. Operations that answer with a picture have none: a client
 * that asks for JSON or anything else still gets the picture, as RFC 9110 (12.5.1) allows and generated
 * clients need.
 */
function successTypesOf({ responses = {} }: DocumentOperation['operation']): string[] {
  const types = Object.entries(responses).flatMap(([status, response]) =>
    status.startsWith('2') && response && 'content' in response ? Object.keys(response.content ?? {}) : [],
  );
  return types.some((type) => type.startsWith('image/')) ? [] : types;
}

function locationOf({ in: where, name }: DocumentParameter): ParameterLocation | undefined {
  if (where === 'path' || where === 'query') return where;
  return where === 'header' && !IGNORED_HEADERS.has(name.toLowerCase()) ? 'header' : undefined;
}

function parameterCheck(
  parameter: DocumentParameter,
  location: ParameterLocation,
  compiler: SchemaCompiler,
): ParameterCheck {
  const { name, required = false } = parameter;
  const validate = compiler.compile(parameter.schema ?? {});
  return (head) => {
    const texts = textsOf(head, location, name);
    const [first] = texts;
    if (first === undefined) {
      if (required) throw new ProblemError({ kind: 'invalid-parameter', name, location });
      return;
    }
    const read = parameterValue(parameter, texts);
    if (read.understood && validate(read.value)) return;
    throw new ProblemError({ kind: 'invalid-parameter', name, location, value: texts.join(',') });
  };
}

function textsOf(head: WireRequestHead, location: ParameterLocation, name: string): readonly string[] {
  if (location === 'query') return head.query[name] ?? [];
  const value = location === 'path' ? head.params[name] : head.headers[name.toLowerCase()];
  return value === undefined ? [] : [value];
}

function jsonFault(validate: SchemaCheck, json: Json) {
  const [error] = validate.errors ?? [];
  const path = error ? pathOf(error) : [];
  const value = valueAt(json, path);
  return {
    kind: 'invalid-parameter',
    location: 'body',
    name: path.join('.') || 'body',
    ...(value !== undefined && { value }),
  } as const;
}

function pathOf({ instancePath, keyword, params }: ErrorObject): string[] {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  const missing: unknown = keyword === 'required' ? params.missingProperty : undefined;
  return typeof missing === 'string' ? [...path, missing] : path;
}

/** What an answer repeats of a list or an object, in characters. */
const SHOWN_CHARACTERS = 100;

/**
 * The value's text, for the answer that names it: lists and objects as the beginning of their JSON; nothing
 * for what is missing.
 */
function valueAt(json: Json, path: readonly string[]): string | undefined {
  let node: unknown = json;
  for (const key of path) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
    node = (node as Record<string, unknown>)[key];
  }
  if (typeof node === 'object' && node !== null) return JSON.stringify(node).slice(0, SHOWN_CHARACTERS);
  return String(node);
}
