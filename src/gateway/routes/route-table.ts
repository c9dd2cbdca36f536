import type { LoadedDialect } from '../dialect-registry.ts';
import { DOWNLOAD_PREFIX } from '../downloads/download-links.ts';
import { type DocumentOperation, prefixesOf } from '../openapi/open-api-document.ts';
import { compareTemplates, matchTemplate, parseTemplate, type RouteTemplate } from './route-template.ts';

/** The route of a method and a path. */
export type RouteMatch =
  | {
      readonly kind: 'operation';
      readonly loaded: LoadedDialect;
      readonly documented: DocumentOperation;
      /** Raw values of the path parameters. */
      readonly rawParams: Readonly<Record<string, string>>;
      /** With its mount, for logs and metrics: `/v1/customers/{customerId}/images`. */
      readonly template: string;
    }
  /** The path is documented, the method is not. */
  | { readonly kind: 'wrong-method'; readonly loaded: LoadedDialect; readonly allow: readonly string[] }
  /** No document has the path. The dialect that owns its mount answers, if there is one. */
  | { readonly kind: 'unknown'; readonly loaded?: LoadedDialect };

/** The routes of all loaded dialects. */
export interface RouteTable {
  /** `path`: as sent, without the query. */
  match(method: string, path: string): RouteMatch;
  /** The dialect that answers for a path, documented or not. */
  ownerOf(path: string): LoadedDialect | undefined;
}

interface Route {
  readonly loaded: LoadedDialect;
  readonly documented: DocumentOperation;
  readonly method: string;
  readonly template: string;
  readonly parts: RouteTemplate;
  readonly rest: boolean;
}

/**
 * Builds the table from the documents' `servers` and `paths`. Several dialects may share a prefix. Throws
 * where two operations claim the same method and path.
 */
export function createRouteTable(dialects: readonly LoadedDialect[]): RouteTable {
  const routes = dialects.flatMap(routesOf).sort((a, b) => compareTemplates(a.parts, b.parts));
  requireDistinct(routes);
  requireReserved(routes);
  const mounts = mountsOf(dialects);
  const fallback = dialects.find(({ document }) => document['x-polyface-fallback'] === true);

  function ownerOf(path: string): LoadedDialect | undefined {
    const mount = mounts.find(
      ({ prefix }) => prefix === '' || path === prefix || path.startsWith(`${prefix}/`),
    );
    return mount?.loaded ?? fallback;
  }

  const table: RouteTable = {
    ownerOf,
    match(method, path) {
      const segments = path.split('/').slice(1);
      const allow = new Map<string, LoadedDialect>();
      for (const route of routes) {
        const rawParams = matchTemplate(route.parts, segments);
        if (!rawParams) continue;
        if (route.method === method) {
          const { loaded, documented, template } = route;
          return { kind: 'operation', loaded, documented, rawParams, template };
        }
        if (!route.rest && !allow.has(route.method)) allow.set(route.method, route.loaded);
      }
      // Every path with GET also accepts HEAD (RFC 9110, 9.1), even where the document does not say so.
      if (method === 'HEAD' && allow.has('GET')) return table.match('GET', path);
      const [first] = allow.values();
      if (first) return { kind: 'wrong-method', loaded: first, allow: addHead([...allow.keys()]) };
      const owner = ownerOf(path);
      return owner ? { kind: 'unknown', loaded: owner } : { kind: 'unknown' };
    },
  };
  return table;
}

function addHead(methods: readonly string[]): string[] {
  return methods.flatMap((method) =>
    method === 'GET' && !methods.includes('HEAD') ? ['GET', 'HEAD'] : [method],
  );
}

function routesOf(loaded: LoadedDialect): Route[] {
  return loaded.operations.flatMap((documented) => {
    const restNames = new Set(
      documented.parameters
        .filter((parameter) => parameter.in === 'path' && parameter['x-polyface-rest'] === true)
        .map(({ name }) => name),
    );
    return documented.prefixes.flatMap((prefix) =>
      [documented.template, ...documented.aliases].map((spelling) => {
        const parts = parseTemplate(prefix, spelling, restNames);
        return {
          loaded,
          documented,
          method: documented.method.toUpperCase(),
          template: `${prefix}${documented.template}`,
          parts,
          rest: parts.some(({ kind }) => kind === 'rest'),
        };
      }),
    );
  });
}

function requireDistinct(routes: readonly Route[]): void {
  const seen = new Map<string, Route>();
  for (const route of routes) {
    const shape = route.parts.map((part) => (part.kind === 'literal' ? part.text : `{${part.kind}}`));
    const key = `${route.method} /${shape.join('/')}`;
    const other = seen.get(key);
    if (other) {
      throw new Error(
        `${key} is claimed by ${other.loaded.dialect.name} ${other.documented.operationId} and ` +
          `${route.loaded.dialect.name} ${route.documented.operationId}`,
      );
    }
    seen.set(key, route);
  }
}

/** Downloads are served under a path of their own, which no document may claim. */
function requireReserved(routes: readonly Route[]): void {
  const reserved = DOWNLOAD_PREFIX.split('/').slice(1, -1);
  for (const { parts, rest, loaded, documented } of routes) {
    const reachesIn = reserved.every((segment, index) => {
      const part = parts[index];
      return part ? part.kind !== 'literal' || part.text === segment : rest;
    });
    if (reachesIn && (rest || parts.length > reserved.length)) {
      throw new Error(
        `${loaded.dialect.name} ${documented.operationId} reaches into ${DOWNLOAD_PREFIX}, which is reserved for signed downloads`,
      );
    }
  }
}

/**
 * Sorts the longest prefix first. A prefix that only a path item names is a mount as well, except the root,
 * because a dialect that has one path at the root does not own all other paths there.
 */
function mountsOf(dialects: readonly LoadedDialect[]): { prefix: string; loaded: LoadedDialect }[] {
  const own = dialects.flatMap((loaded) =>
    prefixesOf(loaded.document.servers).map((prefix) => ({ prefix, loaded })),
  );
  const further = dialects.flatMap((loaded) =>
    loaded.operations
      .flatMap(({ prefixes }) => prefixes)
      .filter((prefix) => prefix !== '')
      .map((prefix) => ({ prefix, loaded })),
  );
  return [...own, ...further].sort((a, b) => b.prefix.length - a.prefix.length);
}
