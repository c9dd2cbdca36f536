import type { ByteReader } from '../recognise/byte-reader.ts';
import { type Erasure, erasureOf, NOTHING } from './erasure.ts';
import { type Findings, freeAllBut, requireBoxes } from './free-boxes.ts';

/**
 * What holds the picture. Not among them: `Exif`, `xml `, `jumb`, any of these compressed (`brob`), and `jbrd`, with which a JPEG is made
 * whole again, metadata and all.
 */
const NEEDED = new Set(['JXL ', 'ftyp', 'jxll', 'jxli', 'jxlc', 'jxlp', 'free', 'skip']);

/** A bare codestream has no metadata; a container has it in boxes. */
export async function findJxlMetadata(reader: ByteReader): Promise<Erasure> {
  const head = await reader.read(0, 2);
  if (head.readUInt16BE(0) === 0xff0a) return NOTHING;
  const found: Findings = { blanks: [], rewrites: [] };
  freeAllBut(NEEDED, await requireBoxes(reader, 0, reader.size), found);
  return erasureOf(found.blanks, found.rewrites);
}
