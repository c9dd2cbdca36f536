/** Chunks smaller than this share blocks, in bytes. */
const SMALL_BYTES = 16 * 1024;
/** What small chunks are collected in, in bytes. */
const BLOCK_BYTES = 64 * 1024;

/** Bytes in memory, in the order in which they came. */
export interface HeldChunks {
  readonly byteLength: number;
  add(chunk: Buffer): void;
  /** Hands everything over and holds nothing any more. */
  takeAll(): readonly Buffer[];
}

/**
 * Holds chunks without copying the large ones. Small ones are copied together: a body that comes byte by byte must not cost a buffer for
 * each byte, and a sliver must not keep the network buffer alive of which it is a part.
 */
export function createHeldChunks(): HeldChunks {
  let chunks: Buffer[] = [];
  let byteLength = 0;
  let block = Buffer.alloc(0);
  let filled = 0;

  function seal(): void {
    if (filled > 0) chunks.push(block.subarray(0, filled));
    block = block.subarray(filled);
    filled = 0;
  }
  function collect(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (filled === block.length) {
        seal();
        block = Buffer.allocUnsafe(BLOCK_BYTES);
      }
      const copied = chunk.copy(block, filled, offset);
      filled += copied;
      offset += copied;
    }
  }

  return {
    get byteLength() {
      return byteLength;
    },
    add(chunk) {
      byteLength += chunk.length;
      if (chunk.length < SMALL_BYTES || chunk.length * 2 < chunk.buffer.byteLength) return collect(chunk);
      seal();
      chunks.push(chunk);
    },
    takeAll() {
      seal();
      const all = chunks;
      chunks = [];
      byteLength = 0;
      return all;
    },
  };
}
