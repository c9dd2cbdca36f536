import { setTimeout as pause } from 'node:timers/promises';

/**
 * Gives the result of the work. Rejects where there is none in time, so that a store that hangs keeps a place
 * for no longer.
 */
export async function withinTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const over = new AbortController();
  const late = pause(timeoutMs, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new Error(`nothing came of it within ${timeoutMs} ms`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
