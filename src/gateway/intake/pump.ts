import type { Readable } from 'node:stream';

/** Takes one chunk; a promise holds the stream back until it settles. */
export type TakeChunk = (chunk: Buffer) => Promise<void> | undefined;

/**
 * Hands every chunk of a stream to `take`, one at a time, and resolves at its end, once the last is taken. Rejects when the stream
 * fails, when `take` does, or with the signal's reason. It never destroys the stream: a request or a multipart part that is destroyed half-way takes the
 * connection or the parser with it. After a rejection somebody else has to `resume()` what is left.
 */
export function pump(stream: Readable, take: TakeChunk, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let settled = false;
    let taking: Promise<void> | undefined;
    function settle(act: () => void): void {
      if (settled) return;
      settled = true;
      stream.off('data', onData).off('end', onEnd).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      act();
    }
    const fail = (cause: unknown) => settle(() => reject(asError(cause)));
    const goOn = () => {
      taking = undefined;
      if (!settled) stream.resume();
    };
    function onData(chunk: Buffer): void {
      try {
        const pending = take(chunk);
        if (!pending) return;
        stream.pause();
        taking = pending;
        pending.then(goOn, fail);
      } catch (cause) {
        fail(cause);
      }
    }
    // A stream whose end was known when its last chunk left it ends although it was told to pause.
    const onEnd = () => {
      stream.off('close', onClose);
      if (taking) taking.then(() => settle(resolve), fail);
      else settle(resolve);
    };
    const onClose = () => fail(new Error('the stream closed before its end'));
    const onAbort = () => fail(signal.reason);
    // Stays attached: a stream may fail again long after the pump has let go of it, and an unheard error ends the process.
    stream.on('error', fail);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    stream.on('end', onEnd).on('close', onClose).on('data', onData);
  });
}

function asError(cause: unknown): Error {
  return Error.isError(cause) ? cause : new Error('a stream failed', { cause });
}
