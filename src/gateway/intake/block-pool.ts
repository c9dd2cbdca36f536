/** What one block holds, in bytes. */
export const BLOCK_BYTES = 256 * 1024;

/** Blocks that are kept for the next bodies: what four photographs need at once. */
const IDLE_BLOCKS = 64;

/** A piece of memory into which bodies are received. Shared, so that another thread can hash what lies in it. */
export interface Block {
  readonly id: number;
  readonly memory: SharedArrayBuffer;
  /** All of it. */
  readonly bytes: Buffer;
}

/** The beginning of a block, with bytes of one body in it. */
export interface FilledBlock {
  readonly block: Block;
  readonly length: number;
}

/** Blocks that are used again and again: memory that is asked for anew for each body costs its pages and its collection. */
export interface BlockPool {
  take(): Block;
  /** Whoever gives a block back must not look at it any more. */
  giveBack(block: Block): void;
}

/** A pool; `onDropped` is told of each block that is more than are kept. */
export function createBlockPool(onDropped: (block: Block) => void): BlockPool {
  const idle: Block[] = [];
  let made = 0;
  return {
    take() {
      const block = idle.pop();
      if (block) return block;
      made += 1;
      const memory = new SharedArrayBuffer(BLOCK_BYTES);
      return { id: made, memory, bytes: Buffer.from(memory) };
    },
    giveBack(block) {
      if (idle.length < IDLE_BLOCKS) idle.push(block);
      else onDropped(block);
    },
  };
}
