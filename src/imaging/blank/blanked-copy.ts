import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { ByteReader } from '../recognise/byte-reader.ts';
import { createEraser, type Erasure } from './erasure.ts';

/** A copy of a file, as long as the file. */
export interface BlankedCopy {
  /** Lower-case hex SHA-256. */
  readonly sha256: string;
  /** The copy itself, where it is not in the file. */
  readonly body?: Buffer;
}

/** Small enough to be held besides the erasure, large enough to cost few calls. */
const PIECE_BYTES = 1024 * 1024;

/** Copies the file with the erasure applied: into memory, or in pieces into a new file. */
export async function blankedCopy(
  reader: ByteReader,
  erasure: Erasure,
  to: 'memory' | { readonly path: string },
): Promise<BlankedCopy> {
  const hash = createHash('sha256');
  if (to === 'memory') {
    const body = Buffer.from(await reader.read(0, reader.size));
    createEraser(erasure)(body);
    return { sha256: hash.update(body).digest('hex'), body };
  }
  const erase = createEraser(erasure);
  const file = await open(to.path, 'wx', 0o600);
  try {
    for (let offset = 0; offset < reader.size; offset += PIECE_BYTES) {
      const piece = Buffer.from(await reader.read(offset, PIECE_BYTES));
      erase(piece);
      hash.update(piece);
      await file.writeFile(piece);
    }
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex') };
}
