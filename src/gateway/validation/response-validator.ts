import type { OpenAPIV3_1 } from 'openapi-types';
import type { DocumentOperation, OpenApiDocument } from '../openapi/open-api-document.ts';
import { operationsOf } from '../openapi/open-api-document.ts';
import { createSchemaCompiler, type SchemaCheck, type SchemaCompiler } from './schema-compiler.ts';

/** A response as a client saw it. */
export interface ObservedResponse {
  /** Absent where the request matched no operation. */
  readonly operationId?: string;
  /** The request's method: a response to HEAD has no body. */
  readonly method: string;
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body's text; only JSON bodies are looked into. */
  readonly text?: string;
}

/** Lists how a response violates its document; empty for a valid one. */
export type ResponseValidator = (response: ObservedResponse) => readonly string[];

interface DocumentedResponse {
  readonly requiredHeaders: readonly string[];
  /** By media type; absent where the response has no body. */
  readonly schemas: Readonly<Record<string, SchemaCheck>>;
}

/**
 * Compiles every response of a document. Responses to requests that matched no operation (unknown paths,
 * wrong methods) are compared with every documented response of the same status, of which one must fit.
 */
export function createResponseValidator(
  document: OpenApiDocument,
  compiler: SchemaCompiler = createSchemaCompiler(),
): ResponseValidator {
  const byOperation = new Map(
    operationsOf(document).map((documented) => [documented.operationId, responsesOf(documented, compiler)]),
  );
  const shared = Object.values(document.components?.responses ?? {}).flatMap((response) =>
    '$ref' in response ? [] : [compileResponse(response, compiler)],
  );

  return (response) => {
    if (response.operationId === undefined) {
      const candidates = [
        ...[...byOperation.values()].flatMap((byStatus) => lookUp(byStatus, response.status)),
        ...shared,
      ];
      const results = candidates.map((candidate) => violationsOf(candidate, response));
      return results.length === 0 || results.some(({ length }) => length === 0)
        ? []
        : [`no documented response fits this ${response.status} outside of any operation`];
    }
    const byStatus = byOperation.get(response.operationId);
    if (!byStatus) return [`the document has no operation ${response.operationId}`];
    const [documented] = lookUp(byStatus, response.status);
    if (!documented) return [`${response.operationId} does not document status ${response.status}`];
    return violationsOf(documented, response).map(
      (violation) => `${response.operationId} ${response.status}: ${violation}`,
    );
  };
}

type ResponsesByStatus = ReadonlyMap<string, DocumentedResponse>;

function responsesOf({ operation }: DocumentOperation, compiler: SchemaCompiler): ResponsesByStatus {
  return new Map(
    Object.entries(operation.responses ?? {}).flatMap(([status, response]) =>
      !response || '$ref' in response ? [] : [[status, compileResponse(response, compiler)]],
    ),
  );
}

function compileResponse(
  { headers = {}, content = {} }: OpenAPIV3_1.ResponseObject,
  compiler: SchemaCompiler,
): DocumentedResponse {
  return {
    requiredHeaders: Object.entries(headers)
      .filter(([, header]) => 'required' in header && header.required)
      .map(([name]) => name.toLowerCase()),
    schemas: Object.fromEntries(
      Object.entries(content).map(([type, media]) => [
        mediaTypeOf(type),
        compiler.compile(media.schema ?? {}),
      ]),
    ),
  };
}

function lookUp(byStatus: ResponsesByStatus, status: number): DocumentedResponse[] {
  const found =
    byStatus.get(String(status)) ??
    byStatus.get(`${Math.floor(status / 100)}XX`) ??
    // A document need not list 206, 304 and 416, which are the gateway's conditional and partial forms of a
    // 200.
    ([206, 304, 416].includes(status) ? { requiredHeaders: [], schemas: {} } : undefined) ??
    byStatus.get('default');
  return found ? [found] : [];
}

function violationsOf(
  { requiredHeaders, schemas }: DocumentedResponse,
  response: ObservedResponse,
): string[] {
  const violations = requiredHeaders
    .filter((name) => response.headers[name] === undefined)
    .map((name) => `header ${name} is missing`);
  if (response.method === 'HEAD' || response.status === 206) return violations;
  return [...violations, ...bodyViolations(schemas, response)];
}

function bodyViolations(
  schemas: DocumentedResponse['schemas'],
  { headers, text = '' }: ObservedResponse,
): string[] {
  const types = Object.keys(schemas);
  const declared = headers['content-type'];
  if (types.length === 0) return text === '' ? [] : ['the body is not documented'];
  if (declared === undefined) return [`there is no Content-Type; documented: ${types.join(', ')}`];
  const type = mediaTypeOf(declared);
  const match = types.find((one) => one === type || one === '*/*' || matchesWildcard(one, type));
  if (match === undefined) return [`Content-Type ${type} is not documented; documented: ${types.join(', ')}`];
  const validate = schemas[match];
  if (!validate || !/[/+]json$/.test(type)) return [];
  const json = parseJson(text);
  if (json === undefined) return ['the body is no JSON'];
  if (validate(json)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath || '/'} ${message ?? ''}`,
  );
}

function mediaTypeOf(type: string): string {
  return (type.split(';')[0] ?? '').trim().toLowerCase();
}

function matchesWildcard(pattern: string, type: string): boolean {
  return pattern.endsWith('/*') && type.startsWith(pattern.slice(0, -1));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
