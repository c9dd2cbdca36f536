import type { Writable } from 'node:stream';
import { ProblemError } from '../../domain/index.ts';
import type { LimitSettings } from '../../settings/settings.ts';

/** Watches how fast a body arrives. */
export interface BodyPace {
  /** Reports how many bytes have just been written to the watched stream. */
  received(bytes: number): void;
  stop(): void;
}

/**
 * Calls `cut` for a body that stops or arrives too slowly. Time in which `stream` holds the sender back, because
 * the disk is slow, does not count against the sender.
 */
export function watchBodyPace(
  stream: Writable,
  limits: Pick<LimitSettings, 'bodyTimeoutSeconds' | 'minBytesPerSecond' | 'minRateWindowSeconds'>,
  cut: (reason: Error) => void,
): BodyPace {
  const windowMs = limits.minRateWindowSeconds * 1000;
  let bytesInWindow = 0;
  let heldMs = 0;
  let heldSinceMs = 0;
  const tooSlow = () => cut(new ProblemError({ kind: 'request-timeout' }));
  const countHeld = () => {
    const nowMs = performance.now();
    heldMs += nowMs - heldSinceMs;
    heldSinceMs = nowMs;
  };
  const silence = setTimeout(() => {
    if (stream.writableNeedDrain) silence.refresh();
    else tooSlow();
  }, limits.bodyTimeoutSeconds * 1000);
  const rate = setInterval(() => {
    if (stream.writableNeedDrain) countHeld();
    const listenedMs = windowMs - heldMs;
    // A sender that was held back for most of the time may not have resumed yet.
    const isJudged = listenedMs > windowMs / 2;
    if (isJudged && bytesInWindow * 1000 < limits.minBytesPerSecond * listenedMs) tooSlow();
    bytesInWindow = 0;
    heldMs = 0;
  }, windowMs);
  stream.on('drain', countHeld);
  return {
    received(bytes) {
      bytesInWindow += bytes;
      heldSinceMs = performance.now();
      silence.refresh();
    },
    stop() {
      clearTimeout(silence);
      clearInterval(rate);
    },
  };
}
