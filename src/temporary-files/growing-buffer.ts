/**
 * Bytes that arrive in pieces, in one buffer that grows. Pieces are copied: a peer who sends one byte at a time
 * would otherwise cost some hundred bytes of memory for each byte.
 */
export interface GrowingBuffer {
  readonly length: number;
  append(piece: Uint8Array): void;
  /** The bytes so far. They stay as they are when more are appended. */
  bytes(): Buffer;
  clear(): void;
}

const FIRST_BYTES = 1024;

/** `maxBytes`: how many bytes are expected at most. No more memory is taken for fewer. */
export function createGrowingBuffer(maxBytes: number): GrowingBuffer {
  let buffer = Buffer.allocUnsafeSlow(0);
  let length = 0;

  function grow(bytes: number): void {
    if (bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(
      Math.max(bytes, Math.min(Math.max(2 * bytes, FIRST_BYTES), maxBytes)),
    );
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  }

  return {
    get length() {
      return length;
    },
    append(piece) {
      grow(length + piece.byteLength);
      buffer.set(piece, length);
      length += piece.byteLength;
    },
    bytes: () => buffer.subarray(0, length),
    clear() {
      buffer = Buffer.allocUnsafeSlow(0);
      length = 0;
    },
  };
}
