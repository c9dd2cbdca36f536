import type { ByteSource } from './byte-source.ts';

/** Bytes held for the length of one piece of work. */
export interface HeldBytes {
  readonly source: ByteSource;
  /** Removes the file, if there is one; idempotent. */
  readonly release: () => Promise<void>;
}

/**
 * Holds streams so that they can be read again: in memory when small, in a private temporary file when not.
 */
export interface Spool {
  /** Reads the stream to its end. On failure nothing is left behind. */
  hold(stream: AsyncIterable<Uint8Array | string>, expectedBytes: number): Promise<HeldBytes>;
}
