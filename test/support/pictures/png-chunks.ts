import { crc32 } from 'node:zlib';

/** The eight bytes that every PNG begins with. */
export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A PNG chunk with its length and checksum. */
export function chunk(type: string, payload: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), payload]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(payload.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}

/** An IHDR chunk. `colourType`: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA. */
export function ihdr(options: {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly colourType: number;
  readonly interlaced?: boolean;
}): Buffer {
  const payload = Buffer.alloc(13);
  payload.writeUInt32BE(options.width, 0);
  payload.writeUInt32BE(options.height, 4);
  payload[8] = options.bitDepth;
  payload[9] = options.colourType;
  payload[12] = options.interlaced ? 1 : 0;
  return chunk('IHDR', payload);
}

/** The PNG with further chunks directly after its IHDR. */
export function withChunks(png: Buffer, ...chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)]);
}
