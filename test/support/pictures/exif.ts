import { u16, u32 } from './big-endian.ts';

/** What a camera writes beside the pixels. */
export interface CameraFacts {
  /** The EXIF value as it stands in the file; values outside 1 to 8 are written as they are. */
  readonly orientation?: number | undefined;
  /** A position (Greenwich) in the GPS directory. */
  readonly gps?: boolean | undefined;
}

type Tag = readonly [tag: number, type: number, count: number, value: Buffer];

const SHORT = 3;
const LONG = 4;
const ASCII = 2;
const RATIONAL = 5;

/** A TIFF block of EXIF directories, big-endian, without the `Exif\0\0` that JPEG puts before it. */
export function exifBlock({ orientation, gps }: CameraFacts): Buffer {
  const main: Tag[] = [[0x010f, ASCII, 9, Buffer.from('Polyface\0')]];
  if (orientation !== undefined) main.push([0x0112, SHORT, 1, u16(orientation)]);
  const header = Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 8]);
  if (!gps) return Buffer.concat([header, directory(main, 8)]);
  const withoutPointer = directory([...main, [0x8825, LONG, 1, u32(0)]], 8);
  const gpsOffset = 8 + withoutPointer.length;
  const mainBlock = directory([...main, [0x8825, LONG, 1, u32(gpsOffset)]], 8);
  return Buffer.concat([header, mainBlock, directory(gpsTags(), gpsOffset)]);
}

/** A little-endian TIFF file with a GPS directory behind it; the decoder's own writer leaves that out. */
export function withGpsDirectory(tiff: Buffer): Buffer {
  const GPS_POINTER = 0x8825;
  const first = tiff.readUInt32LE(4);
  const count = tiff.readUInt16LE(first);
  const entries = tiff.subarray(first + 2, first + 2 + count * 12);
  const padding = Buffer.alloc(tiff.length % 2);
  const start = tiff.length + padding.length;
  const gpsAt = start + 2 + (count + 1) * 12 + 4;
  const pointer = littleEntry(GPS_POINTER, LONG, 1, gpsAt);
  const latitude = Buffer.concat([littleCount(1), littleEntry(1, ASCII, 2, 0x4e), Buffer.alloc(4)]);
  const moved = Buffer.from(tiff);
  moved.writeUInt32LE(start, 4);
  return Buffer.concat([moved, padding, littleCount(count + 1), entries, pointer, Buffer.alloc(4), latitude]);
}

function littleCount(count: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(count);
  return bytes;
}

function littleEntry(tag: number, type: number, count: number, value: number): Buffer {
  const entry = Buffer.alloc(12);
  entry.writeUInt16LE(tag, 0);
  entry.writeUInt16LE(type, 2);
  entry.writeUInt32LE(count, 4);
  entry.writeUInt32LE(value, 8);
  return entry;
}

function gpsTags(): Tag[] {
  return [
    [1, ASCII, 2, Buffer.from('N\0')],
    [2, RATIONAL, 3, rationals([51, 1], [28, 1], [4012, 100])],
    [3, ASCII, 2, Buffer.from('W\0')],
    [4, RATIONAL, 3, rationals([0, 1], [0, 1], [531, 100])],
  ];
}

function directory(tags: readonly Tag[], start: number): Buffer {
  const table = Buffer.alloc(2 + tags.length * 12 + 4);
  table.writeUInt16BE(tags.length, 0);
  const data: Buffer[] = [];
  let dataOffset = start + table.length;
  tags.forEach(([tag, type, count, value], index) => {
    const at = 2 + index * 12;
    table.writeUInt16BE(tag, at);
    table.writeUInt16BE(type, at + 2);
    table.writeUInt32BE(count, at + 4);
    if (value.length <= 4) value.copy(table, at + 8);
    else {
      table.writeUInt32BE(dataOffset, at + 8);
      const padded = value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.alloc(1)]);
      data.push(padded);
      dataOffset += padded.length;
    }
  });
  return Buffer.concat([table, ...data]);
}

function rationals(...pairs: readonly (readonly [number, number])[]): Buffer {
  return Buffer.concat(pairs.flatMap(([over, under]) => [u32(over), u32(under)]));
}
