import type { IncomingMessage } from 'node:http';
import { type Problem, ProblemError, type WireRequestHead } from '../../domain/index.ts';
import { splitTarget } from '../routes/request-target.ts';
import { decodeSegment } from '../routes/route-template.ts';
import { parseQuery } from './parse-query.ts';

/** A request's head, with what was wrong in it kept until the order of decision comes to it. */
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

/** Headers that HTTP itself demands or that nobody can honour. */
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

/** Adds what the route says: the operation and its path parameters, decoded. */
export function withRoute(
  received: ReceivedHead,
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
  const first = fault ?? received.fault;
  return {
    head: { ...received.head, operationId, params: Object.fromEntries(params) },
    ...(first && { fault: first }),
  };
}

/** Throws the fault that was kept, if there is one. */
export function requireDecodable({ fault }: ReceivedHead): void {
  if (fault) throw new ProblemError(fault);
}

/** Cookies go with `; `, everything else that was sent twice with `, `. */
function joinHeaders(request: IncomingMessage): Record<string, string> {
  const joined = Object.entries(request.headersDistinct).map(([name, values]) => [
    name,
    (values ?? []).join(name === 'cookie' ? '; ' : ', '),
  ]);
  return Object.fromEntries(joined) as Record<string, string>;
}
