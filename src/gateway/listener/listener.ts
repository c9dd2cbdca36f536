import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ProblemError } from '../../domain/index.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { ClientGone } from '../intake/client-gone.ts';
import { connectionBroke, parserProblem } from './parser-problem.ts';
import { refuseSocket, refuseTunnel } from './refuse-socket.ts';
import { type Turns, takeTurns } from './take-turns.ts';

/** How often Node looks for requests that have taken too long. */
const TIMEOUT_CHECK_MS = 500;

/** The gateway's sockets. */
export interface Listener {
  /** Resolves when connections are accepted. */
  start(): Promise<{ readonly host: string; readonly port: number }>;
  /**
   * Accepts no more, closes idle connections, lets exchanges under way end for at most `shutdownSeconds`, then cuts what is left.
   */
  stop(): Promise<void>;
}

/** An HTTP server under the settings' limits. Everything that Node would answer by itself is answered by the gateway. */
export function createListener(context: GatewayContext, handle: RequestListener): Listener {
  const { listen, limits } = context.parts.settings;
  const server = createServer({
    headersTimeout: limits.headersTimeoutSeconds * 1000,
    requestTimeout: limits.requestTimeoutSeconds * 1000,
    keepAliveTimeout: limits.keepAliveTimeoutSeconds * 1000,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    // Node would answer a missing Host with an empty 400; the dialect has something to say.
    requireHostHeader: false,
  });
  server.maxConnections = limits.maxConnections;
  // A client that closes its side after its request still waits for the answer; Node would hang up on it in the middle of the work.
  Object.assign(server, { httpAllowHalfOpen: true });
  const turns = takeTurns(handle, () => context.isStopping());
  server.on('request', turns.handle);
  // Body bytes are only asked for once the head has been found good.
  server.on('checkContinue', turns.handle);
  server.on('checkExpectation', turns.handle);
  server.on('connect', (request, socket) => {
    guarded(context, socket, () => refuseTunnel(context, socket, request.url ?? '/'));
  });
  server.on('clientError', (fault: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) => {
    guarded(context, socket, () => {
      if (!breakOffBody(context, turns, socket, fault)) refuseSocket(context, socket, fault);
    });
  });

  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(listen.port, listen.host, () => {
          server.off('error', reject);
          resolve({ host: listen.host, port: portOf(server) });
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), limits.shutdownSeconds * 1000);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** Outside of every exchange nobody else would catch a mistake of ours, and it would end the process. */
function guarded({ parts }: GatewayContext, socket: Duplex, act: () => void): void {
  try {
    act();
  } catch (cause) {
    parts.log.error({ err: cause }, 'a request that could not be read could not be answered either');
    socket.destroy();
  }
}

/**
 * The parser's error, or the connection's, in the middle of an exchange: its body is broken off and the exchange answers for itself. Also
 * `true` where an answer is still going out, after which the connection shuts.
 */
function breakOffBody(
  { inFlight }: GatewayContext,
  turns: Turns,
  socket: Duplex,
  fault: NodeJS.ErrnoException,
): boolean {
  const mine = [...inFlight].filter(({ body }) => body.request.socket === socket);
  const unfinished = mine.filter(({ body }) => !body.request.complete);
  const reason = connectionBroke(fault.code)
    ? new ClientGone({ cause: fault })
    : new ProblemError(parserProblem(fault.code, true));
  for (const { body } of unfinished) body.breakOff(reason);
  const last = turns.lastOf(socket);
  if (last && !last.headersSent) last.setHeader('Connection', 'close');
  return last !== undefined;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
