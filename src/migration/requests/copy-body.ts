import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { HeldBytes, Spool } from '../../domain/index.ts';
import type { MigrationCall } from './intercepted-call.ts';

/** Keeps a request's body, byte for byte, while the gateway receives it. */
export interface BodyCopy {
  /** The whole body, once the gateway has received it; `undefined` where none was announced. */
  take(): Promise<HeldBytes | undefined>;
  /** Removes what is held, also where the body broke off. Never rejects. */
  release(): Promise<void>;
}

/**
 * Begins to copy the body of a call into the spool. A slow disk holds the sender back; a failing disk fails
 * the request.
 */
export function copyBody(spool: Spool, call: Pick<MigrationCall, 'request' | 'tapBody'>): BodyCopy {
  const { headers } = call.request;
  const copy = new PassThrough();
  let holding: Promise<HeldBytes> | undefined;
  call.tapBody((chunk) => {
    if (!holding) {
      holding = spool.hold(copy, Number(headers['content-length'] ?? Number.POSITIVE_INFINITY));
      // The error reaches those who ask for the body or wait for room.
      holding.catch(() => {});
    }
    return copy.write(chunk) ? undefined : Promise.race([once(copy, 'drain'), holding]);
  });
  return {
    async take() {
      copy.end();
      return holding;
    },
    async release() {
      copy.destroy();
      const held = await holding?.catch(() => undefined);
      await held?.release();
    },
  };
}
