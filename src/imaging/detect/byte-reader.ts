import { open } from 'node:fs/promises';

/** Random access to the bytes of an upload, in memory or in a file. */
export interface ByteReader {
  readonly size: number;
  /** The bytes from `offset`, fewer where the file ends before. */
  read(offset: number, length: number): Promise<Buffer>;
  /** What the decoder opens: the path, or the bytes. */
  readonly origin: string | Buffer;
  close(): Promise<void>;
}

/** Opens a path or wraps bytes. The caller closes it. */
export async function openByteReader(from: string | Uint8Array): Promise<ByteReader> {
  if (typeof from !== 'string') {
    const bytes = Buffer.from(from.buffer, from.byteOffset, from.byteLength);
    return {
      size: bytes.length,
      read: async (offset, length) => bytes.subarray(offset, offset + length),
      origin: bytes,
      close: async () => {},
    };
  }
  const file = await open(from, 'r');
  const { size } = await file.stat();
  return {
    size,
    read: async (offset, length) => {
      const wanted = Math.max(0, Math.min(length, size - offset));
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, offset);
      return buffer.subarray(0, bytesRead);
    },
    origin: from,
    close: () => file.close(),
  };
}
