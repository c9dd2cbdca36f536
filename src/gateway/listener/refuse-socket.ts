import { STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Problem, RequestContext, WireRequestHead, WireResponse } from '../../domain/index.ts';
import { plainAddress } from '../../settings/address-ranges.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { loggablePath } from '../reports/loggable-path.ts';
import { reportRequest } from '../reports/report-request.ts';
import type { RequestReport } from '../reports/request-report.ts';
import { buildBytesResponse } from '../responses/build-response.ts';
import { renderProblem } from '../responses/render-problem.ts';
import { splitTarget } from '../routes/request-target.ts';
import type { RouteMatch } from '../routes/route-table.ts';
import { connectionBroke, parserProblem, unknownMethodProblem } from './parser-problem.ts';

/** How long a refused connection stays open so that its client can read the answer. */
const LINGER_MS = 500;

/**
 * Answers on a connection whose request Node's parser could not read, and closes it. The answer is in the
 * dialect of the path, where the path can be made out.
 */
export function refuseSocket(
  context: GatewayContext,
  socket: Duplex,
  fault: { readonly code?: string | undefined; readonly rawPacket?: Buffer | undefined },
): void {
  if (!socket.writable || connectionBroke(fault.code)) {
    socket.destroy();
    return;
  }
  const broken = brokenRequest(context, requestLine(fault.rawPacket));
  const problem =
    fault.code === 'HPE_INVALID_METHOD' && broken.match
      ? unknownMethodProblem(broken.match)
      : parserProblem(fault.code, false);
  writeAndShut(context, socket, broken, problem);
}

/** Refuses a CONNECT, because the gateway is not a proxy. Node passes it on as a bare socket. */
export function refuseTunnel(context: GatewayContext, socket: Duplex, target: string): void {
  const match = context.routes.match('CONNECT', splitTarget(target).path);
  const broken = brokenRequest(context, { method: 'CONNECT', path: splitTarget(target).path });
  writeAndShut(context, socket, broken, unknownMethodProblem(match));
}

/** A request of which at most the first line could be read. */
interface BrokenRequest {
  readonly head: WireRequestHead;
  readonly match?: RouteMatch;
}

function brokenRequest({ routes }: GatewayContext, line: RequestLine | undefined): BrokenRequest {
  const { method, path } = line ?? { method: 'GET', path: '/' };
  const head = { method, path, params: {}, query: {}, headers: {} };
  if (!line) return { head };
  const match = routes.match(method, path);
  const operationId = match.kind === 'operation' ? match.documented.operationId : undefined;
  return { match, head: { ...head, ...(operationId !== undefined && { operationId }) } };
}

function writeAndShut(
  context: GatewayContext,
  socket: Duplex,
  { head, match }: BrokenRequest,
  problem: Problem,
): void {
  const { parts } = context;
  const loaded = match?.loaded;
  const request: RequestContext<object> = {
    requestId: parts.ids.newId(),
    traceId: parts.ids.newId(),
    nowMs: parts.clock.nowMs(),
    profile: 'documented',
    options: {},
    ...loaded?.setting(),
    baseUrl: parts.settings.publicUrl ?? '',
    request: head,
  };
  const { requestId } = request;
  const answer = renderProblem(parts.log, loaded, problem, request);
  socket.on('error', () => socket.destroy());
  socket.end(
    answerBytes(answer, head, {
      ...loaded?.dialect.responseHeaders?.(request),
      'X-Request-Id': requestId,
    }),
  );
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  // The address is that of the connection, because there are no headers that could name a client behind a
  // proxy.
  const address = socket instanceof Socket ? socket.remoteAddress : undefined;
  const report: RequestReport = {
    requestId,
    traceId: request.traceId,
    method: head.method,
    path: loggablePath(head.path),
    ...(match?.kind === 'operation' && { route: match.template }),
    ...(loaded && { dialect: loaded.dialect.name }),
    status: answer.status,
    problem: problem.kind,
    receivedBytes: 0,
    durationMs: 0,
    ...(address !== undefined && { clientAddress: plainAddress(address) }),
    facts: { ...answer.logFields },
  };
  reportRequest(context, report, { problem });
}

function answerBytes(
  { status, headers, body }: WireResponse,
  head: WireRequestHead,
  further: Readonly<Record<string, string>>,
): Buffer {
  if (body.kind === 'picture') throw new Error('a problem is never a picture');
  const ready = buildBytesResponse({ status, headers: { ...further, ...headers }, body }, head);
  const all = { ...ready.headers, Date: new Date().toUTCString(), Connection: 'close' };
  const lines = Object.entries(all).map(
    // Node does not check these headers. A line break in a value would begin another header.
    ([name, value]) => `${name}: ${value.replace(/\p{Cc}/gu, ' ')}\r\n`,
  );
  const start = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(start, 'latin1'), ready.bytes ?? Buffer.alloc(0)]);
}

interface RequestLine {
  readonly method: string;
  readonly path: string;
}

/** The first line of the bytes that the parser rejected, where it still looks like one. */
function requestLine(packet: Buffer | undefined): RequestLine | undefined {
  const text = packet?.subarray(0, 8192).toString('latin1') ?? '';
  const found = /^\r?\n?([A-Za-z!#$%&'*+.^_`|~-]{1,32}) +(\S+)/.exec(text);
  return found?.[1] && found[2] ? { method: found[1], path: splitTarget(found[2]).path } : undefined;
}
