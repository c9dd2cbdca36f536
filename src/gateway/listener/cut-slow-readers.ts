import type { ServerResponse } from 'node:http';
import type { LimitSettings } from '../../settings/settings.ts';

/** Watches how fast clients read their responses. */
export interface ReadingWatch {
  /** Watches this response until it is sent or its connection closes. */
  watch(response: ServerResponse): void;
  stop(): void;
}

/** How many bytes of a response a socket may still hold although its client reads fast enough. */
const IN_FLIGHT_BYTES = 256 * 1024;

interface Reading {
  /** The socket's byte count when the response began. */
  readonly sentBefore: number;
  /** How long the socket has had something to send. */
  waitedMs: number;
}

/**
 * Closes connections whose client does not read: nothing at all for `bodyTimeoutSeconds`, or less than
 * `minBytesPerSecond`. This holds for pages, pictures and errors. Time in which a response waits for its
 * backend does not count.
 */
export function cutSlowReaders(
  limits: Pick<LimitSettings, 'bodyTimeoutSeconds' | 'minBytesPerSecond' | 'minRateWindowSeconds'>,
): ReadingWatch {
  const windowMs = limits.minRateWindowSeconds * 1000;
  const tickMs = Math.min(1000, windowMs / 2);
  const readings = new Map<ServerResponse, Reading | undefined>();

  function check(response: ServerResponse, reading: Reading | undefined): void {
    const { socket } = response;
    if (!response.headersSent || !socket) return;
    const sent = socket.bytesWritten - socket.writableLength;
    if (!reading) {
      readings.set(response, { sentBefore: sent, waitedMs: 0 });
      // Node counts what the system took of a large write as progress.
      response.setTimeout(limits.bodyTimeoutSeconds * 1000, () => {
        if (socket.writableLength > 0) socket.destroy();
      });
      return;
    }
    if (socket.writableLength === 0) return;
    reading.waitedMs += tickMs;
    const due = (limits.minBytesPerSecond * (reading.waitedMs - windowMs)) / 1000;
    if (sent - reading.sentBefore + IN_FLIGHT_BYTES < due) socket.destroy();
  }

  const timer = setInterval(() => {
    for (const [response, reading] of readings) check(response, reading);
  }, tickMs).unref();
  return {
    watch(response) {
      readings.set(response, undefined);
      response.once('close', () => readings.delete(response));
    },
    stop: () => clearInterval(timer),
  };
}
