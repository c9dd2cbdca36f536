import type { RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** How many requests of one connection may wait for their turn. */
const MOST_WAITING = 16;

/** The requests of each connection, one after the other. */
export interface Turns {
  readonly handle: RequestListener;
  /** The answer after which the connection falls silent, as far as is known; `undefined` where nothing is under way. */
  lastOf(socket: Duplex): ServerResponse | undefined;
}

/**
 * Begins a request once the one before it on the same connection is answered. Answers leave in order anyway; begun all at once, requests
 * that a client sends without reading would each hold an open picture. Who sends more than may wait gets the answers up to there and
 * `Connection: close`; the rest goes unanswered, as HTTP/1.1 allows (RFC 9112, 9.3.2). A server that is going down ends each connection
 * after its last answer, also where the head of that answer was out before anybody knew.
 */
export function takeTurns(handle: RequestListener, isStopping: () => boolean): Turns {
  const lines = new WeakMap<Duplex, Line>();
  return {
    lastOf: (socket) => lines.get(socket)?.answers.at(-1),
    handle(request, response) {
      const { socket } = request;
      const line = lines.get(socket) ?? { answers: [], waiting: [], ending: false, unheard: 0 };
      lines.set(socket, line);
      if (line.ending) {
        line.unheard += 1;
        if (line.unheard > MOST_WAITING) socket.destroy();
        return;
      }
      line.answers.push(response);
      // For pages; an exchange that began before the end was known says so with its answer.
      if (isStopping()) response.setHeader('Connection', 'close');
      response.once('close', () => {
        line.answers.shift();
        const next = line.waiting.shift();
        if (socket.destroyed) return;
        if (next) next();
        else if (isStopping()) socket.destroySoon();
      });
      if (line.answers.length === 1) return handle(request, response);
      line.waiting.push(() => handle(request, response));
      if (line.waiting.length < MOST_WAITING) return;
      line.ending = true;
      response.setHeader('Connection', 'close');
    },
  };
}

interface Line {
  /** Of the request under way and of those that wait. */
  readonly answers: ServerResponse[];
  readonly waiting: (() => void)[];
  /** The last that waits says `Connection: close`. */
  ending: boolean;
  /** Requests past those that may wait. */
  unheard: number;
}
