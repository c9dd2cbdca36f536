import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes that may pass between two collections. */
const EVERY_BYTES = 16 * 1024 * 1024;

/** Keeps what streams leave behind from piling up. */
export interface BufferGarbage {
  /** So many bytes have been handed on, in buffers that nobody needs any more. */
  passed(bytes: number): void;
}

/**
 * Collects the young generation each time that so much has passed. Every piece that is read from a socket is a buffer of its own outside
 * of the heap; the engine hardly sees them, and by itself frees them with a full collection when 64 MiB and more have piled up. A young
 * collection takes about a millisecond and finds nearly all of them (docs/decisions/0903).
 */
export function createBufferGarbage(
  collect: () => void = youngCollection(),
  everyBytes: number = EVERY_BYTES,
): BufferGarbage {
  let sinceBytes = 0;
  return {
    passed(bytes) {
      sinceBytes += bytes;
      if (sinceBytes < everyBytes) return;
      sinceBytes = 0;
      collect();
    },
  };
}

/** An engine that does not let itself be asked is left alone: it needs more memory, and does the same. */
function youngCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  return isCollector(gc) ? () => gc({ type: 'minor' }) : () => {};
}

function isCollector(value: unknown): value is (options: { readonly type: 'minor' }) => void {
  return typeof value === 'function';
}
