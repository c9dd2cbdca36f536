/** The head of the block that stands before a frame of a GIF. */
export const GRAPHIC_CONTROL = Buffer.from([0x21, 0xf9, 0x04]);

const HEADER_BYTES = 13;
const LOOP = Buffer.from('\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0', 'latin1');

/** The GIF with a loop before its first frame and a delay of a tenth of a second in it: encoders write both into still pictures, too. */
export function withLoop(gif: Buffer): Buffer {
  const at = HEADER_BYTES + 3 * 2 ** ((gif.readUInt8(10) & 0x07) + 1);
  const looped = Buffer.concat([gif.subarray(0, at), LOOP, gif.subarray(at)]);
  looped.writeUInt16LE(10, looped.indexOf(GRAPHIC_CONTROL) + 4);
  return looped;
}
