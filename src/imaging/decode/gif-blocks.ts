const HEADER_BYTES = 13;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const DESCRIPTOR_BYTES = 10;

/**
 * Whether a GIF is complete: its blocks lead to the trailer, or the file ends right after its only frame. A loop
 * or a delay does not prove that frames are missing, because many encoders write both into a still picture. A
 * file with several frames must have the trailer, because without it frames may have been cut off.
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
      // Some encoders pad with zeros between blocks. Decoders skip them.
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

/**
 * Offset after the block of length zero that ends a series. It is past the end of the file if there is no such
 * block.
 */
function afterSubBlocks(bytes: Buffer, from: number): number {
  let at = from;
  for (let size = bytes[at]; size; size = bytes[at]) at += size + 1;
  return at + 1;
}
