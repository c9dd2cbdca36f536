/** Words of XMP under which a position is kept, in every prefix. */
const XMP_NAMES = ['GPSLatitude', 'GPSLongitude', 'GPSPosition', 'LocationCreated', 'LocationShown'];
const GPS_DIRECTORY = 0x8825;
const ENTRY_BYTES = 12;
const MAX_ENTRIES = 512;

/**
 * Whether a file of any format tells where it was taken: a TIFF block (EXIF, wherever the container keeps it, or the file itself)
 * with entries in its GPS directory, or the GPS words of XMP. Looks at the bytes alone, so that it needs no decoder and believes no
 * container.
 */
export function holdsLocation(bytes: Buffer): boolean {
  if (XMP_NAMES.some((name) => bytes.includes(name))) return true;
  for (const [mark, big] of [
    [Buffer.from('II*\0', 'latin1'), false],
    [Buffer.from('MM\0*', 'latin1'), true],
  ] as const) {
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
      if (hasGpsEntries(bytes.subarray(at), big)) return true;
    }
  }
  return false;
}

function hasGpsEntries(tiff: Buffer, big: boolean): boolean {
  const u16 = (at: number) =>
    at + 2 > tiff.length ? 0 : big ? tiff.readUInt16BE(at) : tiff.readUInt16LE(at);
  const u32 = (at: number) =>
    at + 4 > tiff.length ? 0 : big ? tiff.readUInt32BE(at) : tiff.readUInt32LE(at);
  const directory = u32(4);
  const entries = Math.min(u16(directory), MAX_ENTRIES);
  for (let index = 0; index < entries; index++) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    if (u16(entry) === GPS_DIRECTORY && u16(u32(entry + 8)) > 0) return true;
  }
  return false;
}
