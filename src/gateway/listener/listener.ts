import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ProblemError } from '../../domain/index.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { ClientGone } from '../intake/client-gone.ts';
import { cutSlowReaders } from './cut-slow-readers.ts';
import { connectionBroke, parserProblem } from './parser-problem.ts';
import { refuseSocket, refuseTunnel } from './refuse-socket.ts';
import { serverTimeouts } from './server-timeouts.ts';
import { watchSurplusConnections } from './surplus-connections.ts';
import { type Turns, takeTurns } from './take-turns.ts';

/** How many parts may wait for one response to close, with room for pages and pipelines. */
const RESPONSE_LISTENERS = 32;

/** The gateway's sockets. */
export interface Listener {
  /** Resolves when connections are accepted. */
  start(): Promise<{ readonly host: string; readonly port: number }>;
  /**
   * Accepts no more connections and closes idle ones. Exchanges under way may end within `shutdownSeconds`;
   * then the rest is cut.
   */
  stop(): Promise<void>;
}

/**
 * An HTTP server under the settings' limits. The gateway itself answers everything that Node would otherwise
 * answer. `current` gives the parts that serve a request that begins now.
 */
export function createListener(current: () => GatewayContext, handle: RequestListener): Listener {
  const { parts, isStopping } = current();
  const { listen, limits } = parts.settings;
  const server = createServer({
    ...serverTimeouts(limits),
    // Node would answer a missing Host with an empty 400. The gateway answers it in the dialect.
    requireHostHeader: false,
  });
  const surplus = watchSurplusConnections(server, limits.maxConnections);
  // A client that closes its side after its request still waits for the answer. Node would close the
  // connection in the middle of the work.
  Object.assign(server, { httpAllowHalfOpen: true });
  const reading = cutSlowReaders(limits);
  const turns = takeTurns((request, response) => {
    // Each part that holds something for the request listens for the response's close. These are more
    // listeners than Node expects.
    response.setMaxListeners(RESPONSE_LISTENERS);
    reading.watch(response);
    if (surplus.has(request.socket)) {
      response.setHeader('Connection', 'close');
      current().surplus.add(request);
    }
    handle(request, response);
  }, isStopping);
  server.on('request', turns.handle);
  // The gateway asks for the body only after it has accepted the head.
  server.on('checkContinue', turns.handle);
  server.on('checkExpectation', turns.handle);
  server.on('connect', (request, socket) => {
    const context = current();
    runGuarded(context, socket, () => refuseTunnel(context, socket, request.url ?? '/'));
  });
  server.on('clientError', (fault: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) => {
    const context = current();
    runGuarded(context, socket, () => {
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
          reading.stop();
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/**
 * Catches programming errors outside of any request. Nothing else would catch them there, and they would end
 * the process.
 */
function runGuarded({ parts }: GatewayContext, socket: Duplex, act: () => void): void {
  try {
    act();
  } catch (cause) {
    parts.log.error({ err: cause }, 'a request that could not be read could not be answered either');
    socket.destroy();
  }
}

/**
 * Handles an error of the parser or of the connection in the middle of a request. The request's body is
 * broken off, and the request is answered by its own code. Also `true` where an answer is still being sent; then the
 * connection closes after it.
 */
function breakOffBody(
  { inFlight }: GatewayContext,
  turns: Turns,
  socket: Duplex,
  fault: NodeJS.ErrnoException,
): boolean {
  const mine = [...inFlight].filter(({ request }) => request.socket === socket);
  const unfinished = mine.filter(({ request }) => !request.complete);
  const reason = connectionBroke(fault.code)
    ? new ClientGone({ cause: fault })
    : new ProblemError(parserProblem(fault.code, true));
  for (const body of unfinished) body.breakOff(reason);
  const last = turns.lastOf(socket);
  if (last && !last.headersSent) last.setHeader('Connection', 'close');
  return last !== undefined;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
