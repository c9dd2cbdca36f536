import type { OpenAPIV3_1 } from 'openapi-types';

/** A dereferenced OpenAPI 3.1 document: `$ref` occurs nowhere in it. */
export type OpenApiDocument = OpenAPIV3_1.Document & {
  /** `true`: this dialect also answers for paths that lie below no dialect's mount. */
  readonly 'x-polyface-fallback'?: boolean;
};

/** The prefixes of a path item, where they differ from the document's. */
export const PREFIXES = 'x-polyface-prefixes';

/** The methods that an OpenAPI path item can hold, lower-case as the document spells them. */
export const DOCUMENT_METHODS = [
  'get',
  'put',
  'post',
  'delete',
  'options',
  'head',
  'patch',
  'trace',
] as const;

/** One of {@link DOCUMENT_METHODS}. */
export type DocumentMethod = (typeof DOCUMENT_METHODS)[number];

/** A parameter with its references resolved. */
export type DocumentParameter = OpenAPIV3_1.ParameterObject & {
  readonly 'x-polyface-rest'?: boolean;
  /** Its value is the number of a slot. */
  readonly 'x-polyface-slot'?: boolean;
};

/** One operation of a document and its place. */
export interface DocumentOperation {
  readonly operationId: string;
  readonly method: DocumentMethod;
  /** As the document spells it, `/customers/{customerId}/images`. */
  readonly template: string;
  /**
   * The key of its path in the published document: with its prefix where the document's paths have different
   * ones.
   */
  readonly publishedAs: string;
  /**
   * Further spellings of the template that are served and not published as paths: `x-polyface-aliases` of the
   * path item.
   */
  readonly aliases: readonly string[];
  /** The prefixes that it answers under: `/v1`, or `` for the root. */
  readonly prefixes: readonly string[];
  readonly operation: OpenAPIV3_1.OperationObject;
  /** The path item's parameters with the operation's own on top. */
  readonly parameters: readonly DocumentParameter[];
}

/** Every operation of a document, in its order. Throws where one has no operationId or two share one. */
export function operationsOf(document: OpenApiDocument): DocumentOperation[] {
  const found = new Map<string, Omit<DocumentOperation, 'publishedAs'>>();
  for (const [template, item] of Object.entries(document.paths ?? {})) {
    if (!item) continue;
    for (const method of DOCUMENT_METHODS) {
      const operation = item[method];
      if (!operation) continue;
      const { operationId } = operation;
      if (!operationId) throw new Error(`${method.toUpperCase()} ${template} has no operationId`);
      if (found.has(operationId)) throw new Error(`two operations are called ${operationId}`);
      found.set(operationId, {
        operationId,
        method,
        template,
        aliases: aliasesOf(item),
        prefixes: ownPrefixes(item) ?? prefixesOf(operation.servers ?? item.servers ?? document.servers),
        operation,
        parameters: mergeParameters(asParameters(item.parameters), asParameters(operation.parameters)),
      });
    }
  }
  const [shared] = prefixesOf(document.servers);
  const operations = [...found.values()];
  const isOne = operations.every(({ prefixes }) => prefixes[0] === shared);
  return operations.map((operation) => ({
    ...operation,
    publishedAs: isOne ? operation.template : `${operation.prefixes[0] ?? ''}${operation.template}`,
  }));
}

/** The path part of each server address, without a trailing slash. */
export function prefixesOf(servers: readonly OpenAPIV3_1.ServerObject[] | undefined): string[] {
  const urls = servers?.length ? servers.map((server) => server.url) : ['/'];
  return [...new Set(urls.map((url) => new URL(url, 'http://gateway').pathname.replace(/(?<!\/)\/+$/, '')))];
}

function ownPrefixes(item: object): string[] | undefined {
  const own: unknown = PREFIXES in item ? item[PREFIXES] : undefined;
  return Array.isArray(own) ? prefixesOf(own.map((url) => ({ url: String(url) }))) : undefined;
}

function aliasesOf(item: object): string[] {
  const aliases: unknown = 'x-polyface-aliases' in item ? item['x-polyface-aliases'] : [];
  return Array.isArray(aliases) ? aliases.map(String) : [];
}

function asParameters(parameters: OpenAPIV3_1.OperationObject['parameters']): DocumentParameter[] {
  return (parameters ?? []).map((parameter) => {
    if ('$ref' in parameter) throw new Error(`${parameter.$ref} was not looked up`);
    return parameter;
  });
}

function mergeParameters(shared: DocumentParameter[], own: DocumentParameter[]): DocumentParameter[] {
  const kept = shared.filter((one) => !own.some((other) => other.name === one.name && other.in === one.in));
  return [...kept, ...own];
}
