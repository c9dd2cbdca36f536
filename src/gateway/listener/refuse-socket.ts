import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Exchange, Problem, WireRequestHead, WireResponse } from '../../domain/index.ts';
import { readyAnswer } from '../answers/send-answer.ts';
import type { ExchangeReport } from '../exchange-report.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { loggablePath } from '../loggable-path.ts';
import { renderProblem } from '../problems/render-problem.ts';
import { splitTarget } from '../routes/request-target.ts';
import type { RouteMatch } from '../routes/route-table.ts';
import { tellOf } from '../tell-of.ts';
import { connectionBroke, parserProblem, unknownMethodProblem } from './parser-problem.ts';

/** How long a refused connection stays open so that its client can read the answer. */
const LINGER_MS = 500;

/**
 * Answers on a connection whose request Node's parser could not read, in the dialect of the path as far as one can be made out, and
 * shuts it.
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

/** Answers a CONNECT, which Node hands over as a bare socket: the gateway is nobody's tunnel. */
export function refuseTunnel(context: GatewayContext, socket: Duplex, target: string): void {
  const match = context.routes.match('CONNECT', splitTarget(target).path);
  const broken = brokenRequest(context, { method: 'CONNECT', path: splitTarget(target).path });
  writeAndShut(context, socket, broken, unknownMethodProblem(match));
}

/** A request of which only the first line, if that, could be read. */
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
  const exchange: Exchange<object> = {
    requestId: parts.ids.newId(),
    traceId: parts.ids.newId(),
    nowMs: parts.clock.nowMs(),
    profile: 'documented',
    options: {},
    ...loaded?.setting(),
    baseUrl: parts.settings.publicUrl ?? '',
    request: head,
  };
  const { requestId } = exchange;
  const answer = renderProblem(context, loaded, problem, exchange);
  socket.on('error', () => socket.destroy());
  socket.end(
    answerBytes(answer, head, {
      ...loaded?.dialect.responseHeaders?.(exchange),
      'X-Request-Id': requestId,
    }),
  );
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  const report: ExchangeReport = {
    requestId,
    traceId: exchange.traceId,
    method: head.method,
    path: loggablePath(head.path),
    ...(match?.kind === 'operation' && { route: match.template }),
    ...(loaded && { dialect: loaded.dialect.name }),
    status: answer.status,
    problem: problem.kind,
    receivedBytes: 0,
    durationMs: 0,
    facts: { ...answer.logFields },
  };
  tellOf(context, report);
}

function answerBytes(
  { status, headers, body }: WireResponse,
  head: WireRequestHead,
  further: Readonly<Record<string, string>>,
): Buffer {
  if (body.kind === 'picture') throw new Error('a problem is never a picture');
  const ready = readyAnswer({ status, headers, body }, head);
  const all = { ...further, ...ready.headers, Date: new Date().toUTCString(), Connection: 'close' };
  const lines = Object.entries(all).map(
    // Nothing checks these for us: a line break in a value would begin a header of its own.
    ([name, value]) => `${name}: ${value.replace(/\p{Cc}/gu, ' ')}\r\n`,
  );
  const start = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`;
  return Buffer.concat([
    Buffer.from(start, 'latin1'),
    (ready.kind === 'bytes' && ready.bytes) || Buffer.alloc(0),
  ]);
}

interface RequestLine {
  readonly method: string;
  readonly path: string;
}

/** The first line of what the parser choked on, where it still looks like one. */
function requestLine(packet: Buffer | undefined): RequestLine | undefined {
  const text = packet?.subarray(0, 8192).toString('latin1') ?? '';
  const found = /^\r?\n?([A-Za-z!#$%&'*+.^_`|~-]{1,32}) +(\S+)/.exec(text);
  return found?.[1] && found[2] ? { method: found[1], path: splitTarget(found[2]).path } : undefined;
}
