import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem, WireRequestHead } from '../../domain/index.ts';
import { readyAnswer } from '../answers/send-answer.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { houseAnswer } from '../problems/house-answer.ts';
import { splitTarget } from '../routes/request-target.ts';
import { parserProblem, unknownMethodProblem } from './parser-problem.ts';

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
  if (!socket.writable || fault.code === 'ECONNRESET' || fault.code === 'EPIPE') {
    socket.destroy();
    return;
  }
  const line = requestLine(fault.rawPacket);
  const match = line && context.routes.match(line.method, line.path);
  const problem =
    match && fault.code === 'HPE_INVALID_METHOD'
      ? unknownMethodProblem(match)
      : parserProblem(fault.code, false);
  writeAndShut(context, socket, line, problem);
}

/** Answers a CONNECT, which Node hands over as a bare socket: the gateway is nobody's tunnel. */
export function refuseTunnel(context: GatewayContext, socket: Duplex, target: string): void {
  const line = { method: 'CONNECT', path: splitTarget(target).path };
  writeAndShut(context, socket, line, unknownMethodProblem(context.routes.match(line.method, line.path)));
}

function writeAndShut(
  context: GatewayContext,
  socket: Duplex,
  line: { readonly method: string; readonly path: string } | undefined,
  problem: Problem,
): void {
  const { parts, routes } = context;
  const requestId = parts.ids.newId();
  const head: WireRequestHead = {
    method: line?.method ?? 'GET',
    path: line?.path ?? '/',
    params: {},
    query: {},
    headers: {},
  };
  const loaded = line && routes.ownerOf(line.path);
  const exchange = loaded && {
    requestId,
    traceId: parts.ids.newId(),
    nowMs: parts.clock.nowMs(),
    ...loaded.setting(),
    baseUrl: parts.settings.publicUrl ?? '',
    request: head,
  };
  const answer =
    loaded && exchange ? loaded.dialect.renderProblem(problem, exchange) : houseAnswer(problem, requestId);
  if (answer.body.kind === 'picture') throw new Error('a problem is never a picture');
  const ready = readyAnswer({ ...answer, body: answer.body }, head);
  const headers = {
    ...(exchange && loaded?.dialect.responseHeaders?.(exchange)),
    ...ready.headers,
    'X-Request-Id': requestId,
    Date: new Date().toUTCString(),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const start = `HTTP/1.1 ${ready.status} ${STATUS_CODES[ready.status] ?? ''}\r\n${lines.join('')}\r\n`;
  socket.on('error', () => socket.destroy());
  socket.end(Buffer.concat([Buffer.from(start), (ready.kind === 'bytes' && ready.bytes) || Buffer.alloc(0)]));
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  parts.log.info(
    { requestId, status: ready.status, problem: problem.kind, dialect: loaded?.dialect.name },
    'a request could not be read',
  );
}

/** The first line of what the parser choked on, where it still looks like one. */
function requestLine(packet: Buffer | undefined): { method: string; path: string } | undefined {
  const text = packet?.subarray(0, 8192).toString('latin1') ?? '';
  const found = /^\r?\n?([A-Za-z!#$%&'*+.^_`|~-]{1,32}) +(\S+)/.exec(text);
  return found?.[1] && found[2] ? { method: found[1], path: splitTarget(found[2]).path } : undefined;
}
