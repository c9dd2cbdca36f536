const HEADER_BYTES = 13;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const DESCRIPTOR_BYTES = 10;

/**
 * Walks the blocks of a GIF: whether they lead to its trailer, or to the end of the file behind its first frame. Many encoders write a loop and
 * a delay into a still picture, so these do not tell that frames are missing; behind a later frame a file without a trailer may be cut.
 */
export function isWholeGif(bytes: Buffer): boolean {
  let at = HEADER_BYTES + colourTableBytes(bytes[10] ?? 0);
  let frames = 0;
  while (at < bytes.length) {
    switch (bytes.readUInt8(at)) {
      case TRAILER:
        return true;
      case EXTENSION:
        at = afterSubBlocks(bytes, at + 2);
        break;
      case IMAGE:
        frames += 1;
        at = afterSubBlocks(bytes, at + DESCRIPTOR_BYTES + colourTableBytes(bytes[at + 9] ?? 0) + 1);
        break;
      // Some encoders pad with zeros between blocks, and decoders pass over them.
      case 0:
        at += 1;
        break;
      default:
        return false;
    }
  }
  return frames === 1 && at === bytes.length;
}

function colourTableBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0;
}

/** Offset after the block of length zero that ends a series; past the end where there is none. */
function afterSubBlocks(bytes: Buffer, from: number): number {
  let at = from;
  for (let size = bytes[at]; size; size = bytes[at]) at += size + 1;
  return at + 1;
}
