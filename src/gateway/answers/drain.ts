import type { LimitSettings } from '../../settings/settings.ts';
import type { IncomingBody } from '../intake/incoming-body.ts';

/**
 * A client that stays silent this long has nothing more under way, and waits for its answer. Long enough for a busy one to draw breath:
 * some lose the answer when it overtakes their own sending.
 */
const QUIET_MS = 2000;

/** How a drain ended: the body is whole, or the client may still be sending. */
export type Drained = 'whole' | 'unfinished';

/**
 * Reads on and discards what is left of a body, so that a client in the middle of sending gets to read its answer instead of a
 * reset. Stops at the end of the body, after `drainBytes`, after `drainSeconds`, or when the client falls silent.
 */
export function drain(
  { request, broken, heldBack }: IncomingBody,
  { drainBytes, drainSeconds }: Pick<LimitSettings, 'drainBytes' | 'drainSeconds'>,
): Promise<Drained> {
  if (request.complete || request.readableEnded) {
    request.resume();
    return Promise.resolve('whole');
  }
  // A client that waits for `100 Continue` sends nothing; one that fell silent or broke its own framing never will.
  if (heldBack || broken || request.destroyed) return Promise.resolve('unfinished');
  return discard(request, drainBytes, drainSeconds, QUIET_MS);
}

/** After an answer is out: discards for a while longer, for clients that only read once everything is sent. */
export function linger(
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
