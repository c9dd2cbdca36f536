import { randomUUID } from 'node:crypto';
import type { BlockBlobClient } from '@azure/storage-blob';
import type { ObjectSource } from '../../domain/index.ts';
import { type BodyPiece, piecesOf, sendPieces } from '../body-pieces.ts';
import type { TimeLimit } from '../time-limit.ts';

/** Size of one piece, in bytes. Bodies that fit into one take a single request. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** How many pieces are sent at once. */
const PIECES_AT_ONCE = 2;

const CREATE_ONLY = { conditions: { ifNoneMatch: '*' } };

/**
 * Creates a blob as a whole, or not at all: the pieces of a large body count only once the last request names
 * them. Each request has a time limit of its own. Where a condition did not hold, that is the cause of the
 * thrown `StoreError`.
 */
export async function putBlob(
  blob: BlockBlobClient,
  source: ObjectSource,
  limit: TimeLimit,
  signal: AbortSignal | undefined,
): Promise<void> {
  const pieces = piecesOf(source, PIECE_BYTES, signal);
  const first = (await pieces.next()).value;
  const second = (await pieces.next()).value;
  if (!first || !second) {
    const bytes = first?.bytes ?? Buffer.alloc(0);
    await limit.run(signal, (abortSignal) =>
      blob.upload(bytes, bytes.byteLength, { abortSignal, ...CREATE_ONLY }),
    );
    return;
  }
  const names = await stagePieces(blob, [first, second], pieces, limit, signal);
  await limit.run(signal, (abortSignal) => blob.commitBlockList(names, { abortSignal, ...CREATE_ONLY }));
}

/** Sends all pieces, and gives their names in order. */
async function stagePieces(
  blob: BlockBlobClient,
  begun: BodyPiece[],
  rest: AsyncGenerator<BodyPiece, void>,
  limit: TimeLimit,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  // Each attempt has its own names, so that pieces of another writer of the same key are never used for this
  // blob.
  const attempt = randomUUID();
  const names: string[] = [];
  await sendPieces(begun, rest, PIECES_AT_ONCE, async ({ index, bytes }) => {
    const name = Buffer.from(`${attempt}-${String(index).padStart(6, '0')}`).toString('base64');
    names[index] = name;
    await limit.run(signal, (abortSignal) => blob.stageBlock(name, bytes, bytes.byteLength, { abortSignal }));
  });
  return names;
}
