/** What one block holds, in bytes. */
export const BLOCK_BYTES = 256 * 1024;

/** A piece of memory into which bodies are received. Shared, so that another thread can hash what lies in it. */
export interface Block {
  readonly memory: SharedArrayBuffer;
  /** All of it. */
  readonly bytes: Buffer;
}

/** The beginning of a block, with bytes of one body in it. */
export interface FilledBlock {
  readonly block: Block;
  readonly length: number;
}

/**
 * Blocks that are used again and again. There are never more than were needed at once, and they stay: the engine does not count shared memory,
 * so that blocks that were let go of would pile up until it collects for another reason (measured: 1.5 GB in half a minute).
 */
export interface BlockPool {
  take(): Block;
  /** Whoever gives a block back must not look at it any more. */
  giveBack(block: Block): void;
}

/** An empty pool. */
export function createBlockPool(): BlockPool {
  const idle: Block[] = [];
  return {
    take: () => idle.pop() ?? newBlock(),
    giveBack(block) {
      idle.push(block);
    },
  };
}

function newBlock(): Block {
  const memory = new SharedArrayBuffer(BLOCK_BYTES);
  return { memory, bytes: Buffer.from(memory) };
}
