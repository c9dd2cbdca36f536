/** The pieces of a source until the signal; a source that stays silent does not hold the work back. Throws the signal's reason. */
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
    // Not awaited: a silent source never ends, and what it says after the work was called off is nobody's concern.
    iterator.return?.().catch(() => undefined);
    throw cause;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
