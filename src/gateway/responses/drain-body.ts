import type { LimitSettings } from '../../settings/settings.ts';
import type { IncomingBody } from '../intake/incoming-body.ts';

/**
 * A client that is silent this long has sent everything and waits for its answer. The time is long enough for
 * a busy client's pauses: some lose an answer that arrives while they are still sending.
 */
const QUIET_MS = 2000;

/** How a drain ended: the body is whole, or the client may still be sending. */
export type Drained = 'whole' | 'unfinished';

/**
 * Reads and discards the rest of a body, so that a client that is still sending can read its answer instead
 * of getting a reset. Stops at the end of the body, after `drainBytes`, after `drainSeconds`, or when the
 * client falls silent.
 */
export function drainBody(
  { request, broken, heldBack }: IncomingBody,
  { drainBytes, drainSeconds }: Pick<LimitSettings, 'drainBytes' | 'drainSeconds'>,
): Promise<Drained> {
  if (request.complete || request.readableEnded) {
    request.resume();
    return Promise.resolve('whole');
  }
  // A client that waits for `100 Continue` sends nothing. A client that fell silent or broke its own framing
  // sends nothing more.
  if (heldBack || broken || request.destroyed) return Promise.resolve('unfinished');
  return discard(request, drainBytes, drainSeconds, QUIET_MS);
}

/**
 * Discards for a while after the answer was sent, for clients that read only when they have sent everything.
 */
export function drainAfterResponse(
  { request, broken }: IncomingBody,
  { drainBytes, drainSeconds }: Pick<LimitSettings, 'drainBytes' | 'drainSeconds'>,
): Promise<Drained> {
  if (request.complete || broken || request.destroyed) return Promise.resolve('whole');
  return discard(request, drainBytes, drainSeconds, drainSeconds * 1000);
}

function discard(
  request: IncomingBody['request'],
  maxBytes: number,
  seconds: number,
  quietMs: number,
): Promise<Drained> {
  return new Promise((resolve) => {
    let bytes = 0;
    const finish = (how: Drained) => {
      clearTimeout(deadline);
      clearTimeout(quiet);
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      resolve(how);
    };
    const onEnd = () => finish('whole');
    const onClose = () => finish('unfinished');
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      quiet.refresh();
      if (bytes > maxBytes) finish('unfinished');
    };
    const deadline = setTimeout(onClose, seconds * 1000);
    const quiet = setTimeout(onClose, quietMs);
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    request.resume();
  });
}
