import { createGrowingBuffer } from '../../temporary-files/growing-buffer.ts';
import type { WholeAnswer } from '../upstream/read-answer.ts';
import type { IncomingAnswer } from '../upstream/upstream-connection.ts';

/** Longer answers are not compared, in bytes: these APIs answer in JSON. */
const MAX_BYTES = 1024 * 1024;

/** Keeps a copy of an answer while it is streamed. */
export function answerTap({ status, statusText, rawHeaders }: IncomingAnswer): {
  readonly piece: (piece: Buffer) => void;
  /** `undefined` where it was too long. */
  readonly whole: () => WholeAnswer | undefined;
} {
  const copy = createGrowingBuffer(MAX_BYTES);
  let size = 0;
  return {
    piece(piece) {
      size += piece.byteLength;
      if (size <= MAX_BYTES) copy.append(piece);
      else copy.clear();
    },
    whole: () => (size <= MAX_BYTES ? { status, statusText, rawHeaders, bytes: copy.bytes() } : undefined),
  };
}
