import {
  type AnyOperation,
  type Problem,
  ProblemError,
  type RequestContext,
  type WireRequestHead,
  type WireResponse,
} from '../../domain/index.ts';
import type { LoadedDialect } from '../dialect-registry.ts';
import { ticketIn } from '../downloads/serve-download.ts';
import type { DocumentOperation } from '../openapi/open-api-document.ts';
import { addPathParameters } from '../requests/request-head.ts';
import type { RouteTable } from './route-table.ts';

/** The route of a request. */
export type RoutedRequest =
  /** A signed download, in no dialect. */
  | {
      readonly kind: 'download';
      readonly ticket: string;
      readonly head: WireRequestHead;
      readonly loaded?: never;
    }
  | {
      readonly kind: 'operation';
      readonly loaded: LoadedDialect;
      readonly documented: DocumentOperation;
      readonly operation: AnyOperation<object>;
      /** With its mount, for logs and metrics. */
      readonly template: string;
      /** With operation and path parameters. */
      readonly head: WireRequestHead;
      /** The first part of the head that cannot be decoded. */
      readonly headFault?: Problem;
    }
  /** No document names the path or the method; the dialect that owns the mount answers, if there is one. */
  | {
      readonly kind: 'unmatched';
      readonly loaded?: LoadedDialect;
      readonly problem: Problem;
      readonly head: WireRequestHead;
    };

/** Finds the dialect and the operation of a request from its method and path. */
export function routeRequest(
  routes: RouteTable,
  { head, headFault }: { readonly head: WireRequestHead; readonly headFault?: Problem },
): RoutedRequest {
  const ticket = ticketIn(head.path);
  if (ticket !== undefined) return { kind: 'download', ticket, head };
  const match = routes.match(head.method, head.path);
  if (match.kind !== 'operation') {
    const problem: Problem =
      match.kind === 'wrong-method'
        ? { kind: 'method-not-allowed', allow: match.allow }
        : { kind: 'route-not-found' };
    return { kind: 'unmatched', ...(match.loaded && { loaded: match.loaded }), problem, head };
  }
  const { loaded, documented, template } = match;
  const { operationId } = documented;
  const operation = loaded.dialect.operations[operationId];
  if (!operation) throw new Error(`${loaded.dialect.name} has no operation ${operationId}`);
  const parameters = addPathParameters(head, operationId, match.rawParams);
  const fault = parameters.fault ?? headFault;
  return {
    kind: 'operation',
    loaded,
    documented,
    operation,
    template,
    head: parameters.head,
    ...(fault && { headFault: fault }),
  };
}

/** Throws what could not be decoded in the head. */
export function requireDecodable({ headFault }: { readonly headFault?: Problem }): void {
  if (headFault) throw new ProblemError(headFault);
}

/** The redirect that the dialect gives instead of routing. Throws `method-not-allowed`, `route-not-found`. */
export function respondUnmatched(
  { loaded, head, problem }: Extract<RoutedRequest, { kind: 'unmatched' }>,
  context: RequestContext<object>,
): WireResponse {
  const redirect = loaded?.dialect.redirect?.(head, context);
  if (redirect) return redirect;
  throw new ProblemError(problem);
}
