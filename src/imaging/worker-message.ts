import type { Json } from '../domain/index.ts';

/** A message between the pool and a worker over the channel of `fork`: a job or an answer, and bytes. */
export interface WorkerMessage {
  readonly head: Json;
  readonly body: Buffer;
}

const NOTHING = Buffer.alloc(0);

/**
 * A message as it came over the channel. A picture may have taken over the process on the other side, so the
 * message is not trusted: a body of the wrong type counts as empty.
 */
export function readMessage(received: unknown): WorkerMessage {
  const { head, body } = received as { readonly head: Json; readonly body: unknown };
  return { head, body: Buffer.isBuffer(body) ? body : NOTHING };
}
