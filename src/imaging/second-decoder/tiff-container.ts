/** The layout of a TIFF's pixels: 8 bits a channel, rows without gaps. */
export interface PixelLayout {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly colours: 'rgb' | 'rgb-alpha' | 'rgb-premultiplied' | 'cmyk';
  /** An ICC profile; sRGB without one. */
  readonly profile?: Uint8Array | undefined;
}

const ROWS_PER_STRIP = 64;
const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;
const ENTRY_BYTES = 12;
const DIRECTORY_AT = 8;
const MOST_ENTRIES = 13;
const VALUES_AT = DIRECTORY_AT + 2 + MOST_ENTRIES * ENTRY_BYTES + 4;

/** Length of the header that `tiffHeader` makes. */
export function tiffHeaderBytes(layout: PixelLayout): number {
  const bitsPerSample = 8;
  const stripTables = 8 * Math.ceil(layout.height / ROWS_PER_STRIP);
  return VALUES_AT + bitsPerSample + stripTables + (findFittingProfile(layout)?.length ?? 0);
}

/**
 * The header of an uncompressed TIFF whose pixels begin `pixelsAt` bytes after the header's start. Decoded
 * pixels and their colour profile reach the first decoder in this form, without another copy of the pixels.
 */
export function tiffHeader(layout: PixelLayout, pixelsAt: number): Buffer {
  const { width, height, channels, colours } = layout;
  const profile = findFittingProfile(layout);
  const strips = Math.ceil(height / ROWS_PER_STRIP);
  const rowBytes = width * channels;
  const header = Buffer.alloc(tiffHeaderBytes(layout));
  let valuesEnd = VALUES_AT;

  /** Values that do not fit into their entry follow the directory. */
  const place = (values: readonly number[], bytesEach: 2 | 4): number => {
    const at = valuesEnd;
    for (const value of values) {
      header.writeUIntLE(value, valuesEnd, bytesEach);
      valuesEnd += bytesEach;
    }
    return at;
  };
  const perStrip = (valueOf: (strip: number) => number): number =>
    strips === 1
      ? valueOf(0)
      : place(
          Array.from({ length: strips }, (_, strip) => valueOf(strip)),
          4,
        );
  const rowsIn = (strip: number) => Math.min(ROWS_PER_STRIP, height - strip * ROWS_PER_STRIP);

  const entries: (readonly [tag: number, type: number, count: number, value: number])[] = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, channels, place(Array<number>(channels).fill(8), 2)],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, colours === 'cmyk' ? 5 : 2],
    [273, LONG, strips, perStrip((strip) => pixelsAt + strip * ROWS_PER_STRIP * rowBytes)],
    [277, SHORT, 1, channels],
    [278, LONG, 1, ROWS_PER_STRIP],
    [279, LONG, strips, perStrip((strip) => rowsIn(strip) * rowBytes)],
    [284, SHORT, 1, 1],
  ];
  if (colours === 'rgb-alpha') entries.push([338, SHORT, 1, 2]);
  if (colours === 'rgb-premultiplied') entries.push([338, SHORT, 1, 1]);
  if (profile) {
    header.set(profile, valuesEnd);
    entries.push([34_675, UNDEFINED, profile.length, valuesEnd]);
  }

  header.write('II*\0', 0, 'latin1');
  header.writeUInt32LE(DIRECTORY_AT, 4);
  header.writeUInt16LE(entries.length, DIRECTORY_AT);
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    const at = DIRECTORY_AT + 2 + index * ENTRY_BYTES;
    header.writeUInt16LE(tag, at);
    header.writeUInt16LE(type, at + 2);
    header.writeUInt32LE(count, at + 4);
    header.writeUInt32LE(value, at + 8);
  }
  return header;
}

/**
 * The profile, unless it is for another kind of pixels (e.g. for grey ones, which decoders output as RGB).
 */
function findFittingProfile({ colours, profile }: PixelLayout): Uint8Array | undefined {
  if (!profile || profile.length < 128) return undefined;
  const kind = Buffer.from(profile.subarray(16, 20)).toString('latin1');
  return kind === (colours === 'cmyk' ? 'CMYK' : 'RGB ') ? profile : undefined;
}
