import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { BlockBlobClient } from '@azure/storage-blob';
import type { ObjectSource } from '../../domain/index.ts';
import { untilAborted } from '../until-aborted.ts';
import type { TimeLimit } from './time-limit.ts';

/** Size of one piece, in bytes. Bodies that fit into one take a single request. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** Pieces on their way at once. */
const PIECES_AT_ONCE = 2;

const CREATE_ONLY = { conditions: { ifNoneMatch: '*' } };

/** A part of a body that can be sent again. */
interface Piece {
  readonly index: number;
  readonly bytes: number;
  /** A stream is opened anew for each try. */
  readonly content: Buffer | (() => NodeJS.ReadableStream);
}

const EMPTY: Piece = { index: 0, bytes: 0, content: Buffer.alloc(0) };

/**
 * Creates a blob, whole or not at all: large bodies are sent in pieces that count for nothing until the last request names them.
 * Each request is bounded in time by itself. A condition that was not met is the cause of the `StoreError` that is thrown.
 */
export async function putBlob(
  blob: BlockBlobClient,
  source: ObjectSource,
  limit: TimeLimit,
  signal: AbortSignal | undefined,
): Promise<void> {
  const pieces = piecesOf(source, signal);
  const first = (await pieces.next()).value ?? EMPTY;
  const second = (await pieces.next()).value;
  if (!second) {
    await limit.run(signal, (abortSignal) =>
      blob.upload(first.content, first.bytes, { abortSignal, ...CREATE_ONLY }),
    );
    return;
  }
  const names = await stagePieces(blob, [first, second], pieces, limit, signal);
  await limit.run(signal, (abortSignal) => blob.commitBlockList(names, { abortSignal, ...CREATE_ONLY }));
}

/** Sends all pieces; gives their names in order. After a failure no further piece is sent. */
async function stagePieces(
  blob: BlockBlobClient,
  begun: Piece[],
  rest: AsyncGenerator<Piece, void>,
  limit: TimeLimit,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  // Names are drawn for this attempt, so that pieces of a racer for the same key never stand in for ours.
  const attempt = randomUUID();
  const names: string[] = [];
  const failed = new AbortController();

  async function sendPieces(): Promise<void> {
    while (!failed.signal.aborted) {
      const piece = begun.shift() ?? (await rest.next()).value;
      if (!piece) return;
      const name = Buffer.from(`${attempt}-${String(piece.index).padStart(6, '0')}`).toString('base64');
      names[piece.index] = name;
      await limit.run(signal, (abortSignal) =>
        blob.stageBlock(name, piece.content, piece.bytes, { abortSignal }),
      );
    }
  }

  const senders = Array.from({ length: PIECES_AT_ONCE }, () =>
    sendPieces().catch((cause: unknown) => {
      failed.abort(cause);
      throw cause;
    }),
  );
  await Promise.allSettled(senders);
  await Promise.all(senders);
  return names;
}

async function* piecesOf(source: ObjectSource, signal: AbortSignal | undefined): AsyncGenerator<Piece, void> {
  switch (source.kind) {
    case 'memory':
      yield* slicesOf(source.bytes.byteLength, (first, end) =>
        Buffer.from(source.bytes.subarray(first, end)),
      );
      return;
    case 'file': {
      if ((await stat(source.path)).size !== source.size) {
        throw new Error('the spool file has not the size that was announced');
      }
      yield* slicesOf(
        source.size,
        (first, end) => () => createReadStream(source.path, { start: first, end: end - 1 }),
      );
      return;
    }
    case 'stream':
      yield* gathered(untilAborted(source.stream, signal));
  }
}

function* slicesOf(
  bytes: number,
  contentOf: (first: number, end: number) => Piece['content'],
): Generator<Piece> {
  for (let first = 0, index = 0; first < bytes; first += PIECE_BYTES, index += 1) {
    const end = Math.min(first + PIECE_BYTES, bytes);
    yield { index, bytes: end - first, content: contentOf(first, end) };
  }
}

async function* gathered(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Piece, void> {
  let index = 0;
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes < PIECE_BYTES) continue;
    yield { index, bytes, content: Buffer.concat(chunks) };
    index += 1;
    chunks = [];
    bytes = 0;
  }
  if (bytes > 0) yield { index, bytes, content: Buffer.concat(chunks) };
}
