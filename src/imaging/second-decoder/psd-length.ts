const HEADER_BYTES = 26;
const STORED = 0;
const RUN_LENGTHS = 1;

/**
 * Whether the picture of a Photoshop document is complete to its last byte. It comes last, after three
 * sections, and ImageMagick fills missing data without a warning. Throws `RangeError` where the file ends
 * before the picture.
 */
export function isWholePsd(bytes: Buffer): boolean {
  const large = bytes.readUInt16BE(4) === 2;
  const rows = bytes.readUInt16BE(12) * bytes.readUInt32BE(14);
  let at = HEADER_BYTES;
  for (const section of ['colours', 'resources', 'layers']) {
    const long = large && section === 'layers';
    at += long ? 8 + Number(bytes.readBigUInt64BE(at)) : 4 + bytes.readUInt32BE(at);
  }
  const compression = bytes.readUInt16BE(at);
  at += 2;
  if (compression === STORED) {
    const rowBytes = Math.ceil((bytes.readUInt32BE(18) * bytes.readUInt16BE(22)) / 8);
    return at + rows * rowBytes <= bytes.length;
  }
  if (compression !== RUN_LENGTHS) return true;
  const countBytes = large ? 4 : 2;
  let end = at + rows * countBytes;
  for (let row = 0; row < rows; row++) end += bytes.readUIntBE(at + row * countBytes, countBytes);
  return end <= bytes.length;
}
