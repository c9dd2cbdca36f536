import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { CommandExecutor } from '../../domain/index.ts';
import { readWhole, type WholeAnswer } from '../upstream/read-answer.ts';
import { createUpstreamConnection } from '../upstream/upstream-connection.ts';

/** The header that marks a request which the gateway sends to itself; its value is a secret of the process. */
export const LOOPBACK_HEADER = 'x-polyface-loopback';

/** A request that the gateway carries out once more for itself. */
export interface LoopbackRequest {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly body?: AsyncIterable<Uint8Array>;
  /** Carries its commands out. */
  readonly executor: CommandExecutor;
  readonly timeoutMs: number;
}

/**
 * Sends requests to the gateway's own listener, so that they go through the same parser, credentials and intake as a client's. Nobody else
 * can: the mark is secret and good for one request.
 */
export interface Loopback {
  send(request: LoopbackRequest): Promise<WholeAnswer>;
  /** The executor of a marked request; `undefined` for everybody else's. */
  take(headers: Readonly<Record<string, string>>): CommandExecutor | undefined;
  start(baseUrl: string): void;
  stop(): Promise<void>;
}

/** See `Loopback`. */
export function createLoopback(options: { readonly maxConnections: number }): Loopback {
  const secret = randomBytes(32).toString('hex');
  const waiting = new Map<string, CommandExecutor>();
  const connection = createUpstreamConnection({
    connectTimeoutMs: 5_000,
    timeoutMs: 300_000,
    maxConnections: options.maxConnections,
  });
  let origin: string | undefined;
  return {
    async send({ method, target, rawHeaders, body, executor, timeoutMs }) {
      if (origin === undefined) throw new Error('the gateway does not listen yet');
      const id = randomBytes(8).toString('hex');
      waiting.set(id, executor);
      try {
        const answer = await connection.request({
          origin,
          target,
          method,
          rawHeaders: [...rawHeaders, LOOPBACK_HEADER, `${secret}.${id}`],
          ...(body ? { body } : {}),
          signal: AbortSignal.timeout(timeoutMs),
        });
        return await readWhole(answer);
      } finally {
        waiting.delete(id);
      }
    },
    take(headers) {
      const mark = headers[LOOPBACK_HEADER];
      if (mark === undefined) return undefined;
      const [given = '', id = ''] = mark.split('.');
      const isOurs =
        given.length === secret.length && timingSafeEqual(Buffer.from(given), Buffer.from(secret));
      const executor = isOurs ? waiting.get(id) : undefined;
      waiting.delete(id);
      return executor;
    },
    start(baseUrl) {
      ({ origin } = new URL(baseUrl));
    },
    stop: () => connection.stop(),
  };
}
