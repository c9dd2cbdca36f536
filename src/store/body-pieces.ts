import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { ObjectSource } from '../domain/index.ts';
import { untilAborted } from './until-aborted.ts';

/** A part of a body that can be sent again. */
export interface BodyPiece {
  /** The number of the piece, from 0. */
  readonly index: number;
  readonly bytes: Buffer;
}

/**
 * The body in pieces of one size. The last one may be shorter, and an empty body has none. A failure of the
 * source is thrown as it is.
 */
export async function* piecesOf(
  source: ObjectSource,
  pieceBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<BodyPiece, void> {
  switch (source.kind) {
    case 'memory':
      for (const { index, first, end } of slices(source.bytes.byteLength, pieceBytes)) {
        yield { index, bytes: Buffer.from(source.bytes.subarray(first, end)) };
      }
      return;
    case 'file':
      if ((await stat(source.path)).size !== source.size) {
        throw new Error('the spool file has not the size that was announced');
      }
      for (const { index, first, end } of slices(source.size, pieceBytes)) {
        const stream = createReadStream(source.path, { start: first, end: end - 1 });
        yield { index, bytes: await buffer(stream) };
      }
      return;
    case 'stream':
      yield* gathered(untilAborted(source.stream, signal), pieceBytes);
  }
}

function* slices(bytes: number, pieceBytes: number) {
  for (let first = 0, index = 0; first < bytes; first += pieceBytes, index += 1) {
    yield { index, first, end: Math.min(first + pieceBytes, bytes) };
  }
}

async function* gathered(
  stream: AsyncIterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<BodyPiece, void> {
  let index = 0;
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes < pieceBytes) continue;
    yield { index, bytes: Buffer.concat(chunks) };
    index += 1;
    chunks = [];
    bytes = 0;
  }
  if (bytes > 0) yield { index, bytes: Buffer.concat(chunks) };
}

/**
 * Sends all pieces, `atOnce` of them at a time. After a failure it begins no further piece, and rejects once
 * none is under way.
 */
export async function sendPieces(
  begun: BodyPiece[],
  rest: AsyncGenerator<BodyPiece, void>,
  atOnce: number,
  send: (piece: BodyPiece) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const sendNext = async () => {
    while (!failed.signal.aborted) {
      const piece = begun.shift() ?? (await rest.next()).value;
      if (!piece) return;
      await send(piece);
    }
  };
  const senders = Array.from({ length: atOnce }, () =>
    sendNext().catch((cause: unknown) => {
      failed.abort();
      throw cause;
    }),
  );
  await Promise.allSettled(senders);
  await Promise.all(senders);
}
