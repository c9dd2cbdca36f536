import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { Fault } from './fault-plan.ts';

/** How many pieces of a slowed body are sent in a second. */
const PIECES_PER_SECOND = 20;

/**
 * Makes an answer slow, or cuts its connection short. The response is used as before, but its bytes wait
 * here. Between two pieces it checks whether the client is still there. A listener would not do: a piped
 * response already has as many listeners as Node takes without a warning.
 */
export function shapeAnswer(
  response: ServerResponse,
  { cutAfterBytes, bytesPerSecond }: Pick<Fault, 'cutAfterBytes' | 'bytesPerSecond'>,
): void {
  if (cutAfterBytes === undefined && bytesPerSecond === undefined) return;
  const send = response.write.bind(response) as (bytes: Uint8Array) => boolean;
  const finish = response.end.bind(response) as () => unknown;
  const pieceBytes = Math.max(
    1,
    Math.floor((bytesPerSecond ?? Number.POSITIVE_INFINITY) / PIECES_PER_SECOND),
  );
  let room = cutAfterBytes ?? Number.POSITIVE_INFINITY;
  let pouring = Promise.resolve();

  async function pour(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength && !response.destroyed; ) {
      const piece = bytes.subarray(at, at + Math.min(pieceBytes, room, bytes.byteLength));
      if (piece.byteLength > 0) send(piece);
      at += piece.byteLength;
      room -= piece.byteLength;
      if (bytesPerSecond !== undefined) await setTimeout(1000 / PIECES_PER_SECOND);
      if (room <= 0) return cut();
    }
  }

  /** Sends what was written so far first, so that the client sees a beginning without an end. */
  function cut(): void {
    response.flushHeaders();
    response.socket?.destroySoon();
  }

  async function close(): Promise<void> {
    await pouring;
    if (response.destroyed) return;
    if (room <= 0) cut();
    else finish();
  }

  const enqueue = (chunk: unknown) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (bytes instanceof Uint8Array) pouring = pouring.then(() => pour(bytes));
  };
  Object.defineProperties(response, {
    write: {
      value: (chunk: unknown) => {
        enqueue(chunk);
        return true;
      },
    },
    end: {
      value: (chunk: unknown) => {
        enqueue(chunk);
        void close();
        return response;
      },
    },
  });
}
