/**
 * The pieces of a source until the signal fires. A silent source does not delay that. Throws the signal's
 * reason.
 */
export async function* untilAborted<T>(
  pieces: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  if (!signal) {
    yield* pieces;
    return;
  }
  const iterator = pieces[Symbol.asyncIterator]();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    for (;;) {
      const step = await Promise.race([iterator.next(), aborted]);
      if (step.done === true) return;
      yield step.value;
    }
  } catch (cause) {
    // Not awaited, because a silent source never ends. Its failures no longer matter after the work was
    // aborted.
    iterator.return?.().catch(() => undefined);
    throw cause;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
