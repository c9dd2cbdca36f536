import type { OpenAPIV3_1 } from 'openapi-types';
import type { DocumentOperation, OpenApiDocument } from '../openapi/open-api-document.ts';
import { operationsOf } from '../openapi/open-api-document.ts';
import { createSchemaCompiler, type SchemaCheck, type SchemaCompiler } from './schema-compiler.ts';

/** An answer as a client saw it. */
export interface SeenAnswer {
  /** Absent where the request matched no operation. */
  readonly operationId?: string;
  /** The request's method: an answer to HEAD has no body. */
  readonly method: string;
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body's text; only JSON bodies are looked into. */
  readonly text?: string;
}

/** Says what in an answer is not as its document has it; an empty list is a good answer. */
export type AnswerJudge = (answer: SeenAnswer) => readonly string[];

interface DocumentedAnswer {
  readonly requiredHeaders: readonly string[];
  /** By media type; absent where the answer has no body. */
  readonly schemas: Readonly<Record<string, SchemaCheck>>;
}

/**
 * Compiles every answer of a document. Answers to requests that matched no operation (unknown paths, wrong methods) are held
 * against every documented answer of the same status, of which one must fit.
 */
export function createAnswerJudge(
  document: OpenApiDocument,
  compiler: SchemaCompiler = createSchemaCompiler(),
): AnswerJudge {
  const byOperation = new Map(
    operationsOf(document).map((documented) => [documented.operationId, answersOf(documented, compiler)]),
  );
  const shared = Object.values(document.components?.responses ?? {}).flatMap((response) =>
    '$ref' in response ? [] : [compileAnswer(response, compiler)],
  );

  return (answer) => {
    if (answer.operationId === undefined) {
      const candidates = [
        ...[...byOperation.values()].flatMap((byStatus) => lookUp(byStatus, answer.status)),
        ...shared,
      ];
      const verdicts = candidates.map((candidate) => faultsOf(candidate, answer));
      return verdicts.length === 0 || verdicts.some(({ length }) => length === 0)
        ? []
        : [`no documented answer fits this ${answer.status} outside of any operation`];
    }
    const byStatus = byOperation.get(answer.operationId);
    if (!byStatus) return [`the document has no operation ${answer.operationId}`];
    const [documented] = lookUp(byStatus, answer.status);
    if (!documented) return [`${answer.operationId} does not document status ${answer.status}`];
    return faultsOf(documented, answer).map((fault) => `${answer.operationId} ${answer.status}: ${fault}`);
  };
}

type AnswersByStatus = ReadonlyMap<string, DocumentedAnswer>;

function answersOf({ operation }: DocumentOperation, compiler: SchemaCompiler): AnswersByStatus {
  return new Map(
    Object.entries(operation.responses ?? {}).flatMap(([status, response]) =>
      !response || '$ref' in response ? [] : [[status, compileAnswer(response, compiler)]],
    ),
  );
}

function compileAnswer(
  { headers = {}, content = {} }: OpenAPIV3_1.ResponseObject,
  compiler: SchemaCompiler,
): DocumentedAnswer {
  return {
    requiredHeaders: Object.entries(headers)
      .filter(([, header]) => 'required' in header && header.required)
      .map(([name]) => name.toLowerCase()),
    schemas: Object.fromEntries(
      Object.entries(content).map(([type, media]) => [bareType(type), compiler.compile(media.schema ?? {})]),
    ),
  };
}

function lookUp(byStatus: AnswersByStatus, status: number): DocumentedAnswer[] {
  const found =
    byStatus.get(String(status)) ??
    byStatus.get(`${Math.floor(status / 100)}XX`) ??
    // A conditional or partial answer is the gateway's own reading of a documented 200.
    ([206, 304, 416].includes(status) ? { requiredHeaders: [], schemas: {} } : undefined) ??
    byStatus.get('default');
  return found ? [found] : [];
}

function faultsOf({ requiredHeaders, schemas }: DocumentedAnswer, answer: SeenAnswer): string[] {
  const faults = requiredHeaders
    .filter((name) => answer.headers[name] === undefined)
    .map((name) => `header ${name} is missing`);
  if (answer.method === 'HEAD' || answer.status === 206) return faults;
  return [...faults, ...bodyFaults(schemas, answer)];
}

function bodyFaults(schemas: DocumentedAnswer['schemas'], { headers, text = '' }: SeenAnswer): string[] {
  const types = Object.keys(schemas);
  const declared = headers['content-type'];
  if (types.length === 0) return text === '' ? [] : ['the body is not documented'];
  if (declared === undefined) return [`there is no Content-Type; documented: ${types.join(', ')}`];
  const type = bareType(declared);
  const match = types.find((one) => one === type || one === '*/*' || wildcard(one, type));
  if (match === undefined) return [`Content-Type ${type} is not documented; documented: ${types.join(', ')}`];
  const validate = schemas[match];
  if (!validate || !/[/+]json$/.test(type)) return [];
  const json = parsed(text);
  if (json === undefined) return ['the body is no JSON'];
  if (validate(json)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath || '/'} ${message ?? ''}`,
  );
}

function bareType(type: string): string {
  return (type.split(';')[0] ?? '').trim().toLowerCase();
}

function wildcard(pattern: string, type: string): boolean {
  return pattern.endsWith('/*') && type.startsWith(pattern.slice(0, -1));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
