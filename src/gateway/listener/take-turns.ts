import type { RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** While this many requests wait, nothing more is read from the connection. */
const PAUSE_AT = 16;

/**
 * How many requests of one connection may wait for their turn. It is more than the number at which reading
 * stops, because many requests may arrive in one piece.
 */
const MOST_WAITING = 256;

/** How many further requests are ignored before the connection is cut. */
const MOST_UNHEARD = 16;

/** The requests of each connection, one after the other. */
export interface Turns {
  readonly handle: RequestListener;
  /** The last answer on the connection that is known so far; `undefined` where no request is under way. */
  lastOf(socket: Duplex): ServerResponse | undefined;
}

/**
 * Begins a request when the one before it on the same connection is answered. HTTP answers leave in order in
 * any case. If all requests began at once, a client that sends without reading would make each of them hold
 * an open picture. Reading from a client stops while many of its requests wait. If too many arrive in one
 * piece, the client gets the answers up to the limit, the last with `Connection: close`. The rest goes
 * unanswered, as HTTP/1.1 allows (RFC 9112, 9.3.2). A server that stops closes each connection after its last
 * answer, even if the head of that answer was sent before the stop was known.
 */
export function takeTurns(handle: RequestListener, isStopping: () => boolean): Turns {
  const lines = new WeakMap<Duplex, Line>();
  return {
    lastOf: (socket) => lines.get(socket)?.answers.at(-1),
    handle(request, response) {
      const { socket } = request;
      const line = lines.get(socket) ?? {
        answers: [],
        waiting: [],
        paused: false,
        ending: false,
        unheard: 0,
      };
      lines.set(socket, line);
      if (line.ending) {
        line.unheard += 1;
        if (line.unheard > MOST_UNHEARD) socket.destroy();
        return;
      }
      line.answers.push(response);
      // This is for pages. A request that began before the stop sets the header with its answer.
      if (isStopping()) response.setHeader('Connection', 'close');
      response.once('close', () => {
        line.answers.shift();
        const next = line.waiting.shift();
        if (socket.destroyed) return;
        if (line.paused && line.waiting.length < PAUSE_AT) {
          line.paused = false;
          socket.resume();
        }
        if (next) next();
        else if (isStopping()) socket.destroySoon();
      });
      if (line.answers.length === 1) return handle(request, response);
      line.waiting.push(() => handle(request, response));
      if (line.waiting.length >= PAUSE_AT) {
        line.paused = true;
        socket.pause();
      }
      if (line.waiting.length < MOST_WAITING) return;
      line.ending = true;
      response.setHeader('Connection', 'close');
    },
  };
}

interface Line {
  /** Answers of the request under way and of those that wait. */
  readonly answers: ServerResponse[];
  readonly waiting: (() => void)[];
  /** Reading from the connection has stopped. */
  paused: boolean;
  /** The last waiting request answers with `Connection: close`. */
  ending: boolean;
  /** How many requests came after the last that may wait. */
  unheard: number;
}
