import type { IncomingMessage } from 'node:http';
import type { Problem, WireRequestHead } from '../../domain/index.ts';
import { splitTarget } from '../routes/request-target.ts';
import { decodeSegment } from '../routes/route-template.ts';
import { parseQuery } from './parse-query.ts';

/** A request's head and its fault, which is reported after the request has been authenticated. */
export interface ReceivedHead {
  readonly head: WireRequestHead;
  /** The first part of the target that cannot be decoded. */
  readonly fault?: Problem;
}

/** Reads the head before a route is known: no parameters, no operation. */
export function readHead(request: IncomingMessage): ReceivedHead {
  const { path, query } = splitTarget(request.url ?? '/');
  const { values, fault: queryFault } = parseQuery(query);
  const fault = queryFault
    ? ({ kind: 'invalid-parameter', location: 'query', ...queryFault } as const)
    : headerFault(request);
  return {
    head: {
      method: request.method ?? 'GET',
      path,
      params: {},
      query: values,
      headers: joinHeaders(request),
    },
    ...(fault && { fault }),
  };
}

/** Finds a fault in the headers that HTTP requires, or an Expect that cannot be met. */
function headerFault(request: IncomingMessage): Problem | undefined {
  const { host, expect } = request.headers;
  const hosts = request.headersDistinct.host?.length ?? 0;
  if (hosts > 1 || (hosts === 0 && request.httpVersion === '1.1')) {
    return {
      kind: 'invalid-parameter',
      location: 'header',
      name: 'Host',
      ...(host !== undefined && { value: host }),
    };
  }
  if (expect !== undefined && !/^100-continue$/i.test(expect)) {
    return { kind: 'invalid-parameter', location: 'header', name: 'Expect', value: expect };
  }
  return undefined;
}

/** Adds what the route tells: the operation and its decoded path parameters. */
export function addPathParameters(
  head: WireRequestHead,
  operationId: string,
  rawParams: Readonly<Record<string, string>>,
): ReceivedHead {
  const params: [string, string][] = [];
  let fault: Problem | undefined;
  for (const [name, raw] of Object.entries(rawParams)) {
    const value = decodeSegment(raw);
    if (value === undefined) fault ??= { kind: 'invalid-parameter', location: 'path', name, value: raw };
    params.push([name, value ?? raw]);
  }
  return {
    head: { ...head, operationId, params: Object.fromEntries(params) },
    ...(fault && { fault }),
  };
}

/** Joins cookies with `; `, and every other header that was sent twice with `, `. */
function joinHeaders(request: IncomingMessage): Record<string, string> {
  const joined = Object.entries(request.headersDistinct).map(([name, values]) => [
    name,
    (values ?? []).join(name === 'cookie' ? '; ' : ', '),
  ]);
  return Object.fromEntries(joined) as Record<string, string>;
}
