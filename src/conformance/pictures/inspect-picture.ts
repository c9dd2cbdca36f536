/** What can be told of a picture from its bytes without decoding it. */
export interface InspectedPicture {
  readonly format: 'jpeg' | 'png' | 'gif' | 'webp' | 'other';
  /** Pixels; absent where the header could not be read. */
  readonly width?: number;
  readonly height?: number;
  /** Metadata that a clean rendition never carries, e.g. `exif`, `xmp`, `iptc`, `comment`, `text`. */
  readonly metadata: readonly string[];
}

/** Reads format, size and metadata blocks. Never throws: unreadable bytes are `other`, without a size. */
export function inspectPicture(bytes: Buffer): InspectedPicture {
  if (startsWith(bytes, 'ffd8ff')) return inspectJpeg(bytes);
  if (startsWith(bytes, '89504e470d0a1a0a')) return inspectPng(bytes);
  if (startsWith(bytes, '474946383761') || startsWith(bytes, '474946383961')) {
    return {
      format: 'gif',
      ...sizeAt(bytes, 10, () => [bytes.readUInt16LE(6), bytes.readUInt16LE(8)]),
      metadata: [],
    };
  }
  if (startsWith(bytes, '52494646') && bytes.subarray(8, 12).toString('latin1') === 'WEBP')
    return inspectWebp(bytes);
  return { format: 'other', metadata: [] };
}

function inspectJpeg(bytes: Buffer): InspectedPicture {
  const metadata: string[] = [];
  let size: { width?: number; height?: number } = {};
  for (let at = 2; at + 4 <= bytes.byteLength && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0;
    const length = bytes.readUInt16BE(at + 2);
    const payload = bytes.subarray(at + 4, at + 2 + length);
    if (marker === 0xda) break;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      size = sizeAt(payload, 5, () => [payload.readUInt16BE(3), payload.readUInt16BE(1)]);
    }
    const named = JPEG_METADATA.find(
      (block) => block.marker === marker && payload.subarray(0, 64).includes(block.starts),
    );
    if (named) metadata.push(named.name);
    at += 2 + length;
  }
  return { format: 'jpeg', ...size, metadata };
}

const JPEG_METADATA = [
  { marker: 0xe1, starts: 'Exif', name: 'exif' },
  { marker: 0xe1, starts: 'ns.adobe.com/xap', name: 'xmp' },
  { marker: 0xed, starts: '', name: 'iptc' },
  { marker: 0xfe, starts: '', name: 'comment' },
] as const;

const PNG_METADATA: Readonly<Record<string, string>> = {
  eXIf: 'exif',
  tEXt: 'text',
  zTXt: 'text',
  iTXt: 'text',
  tIME: 'time',
};

function inspectPng(bytes: Buffer): InspectedPicture {
  const metadata: string[] = [];
  for (let at = 8; at + 8 <= bytes.byteLength; at += 12 + bytes.readUInt32BE(at)) {
    const name = PNG_METADATA[bytes.subarray(at + 4, at + 8).toString('latin1')];
    if (name) metadata.push(name);
  }
  return {
    format: 'png',
    ...sizeAt(bytes, 24, () => [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]),
    metadata,
  };
}

function inspectWebp(bytes: Buffer): InspectedPicture {
  const metadata: string[] = [];
  let size: { width?: number; height?: number } = {};
  for (let at = 12; at + 8 <= bytes.byteLength; ) {
    const name = bytes.subarray(at, at + 4).toString('latin1');
    const length = bytes.readUInt32LE(at + 4);
    const payload = bytes.subarray(at + 8, at + 8 + length);
    if (name === 'EXIF') metadata.push('exif');
    if (name === 'XMP ') metadata.push('xmp');
    if (name === 'VP8X')
      size = sizeAt(payload, 10, () => [payload.readUIntLE(4, 3) + 1, payload.readUIntLE(7, 3) + 1]);
    if (name === 'VP8 ' && size.width === undefined) {
      size = sizeAt(payload, 10, () => [payload.readUInt16LE(6) & 0x3fff, payload.readUInt16LE(8) & 0x3fff]);
    }
    if (name === 'VP8L' && size.width === undefined)
      size = sizeAt(payload, 5, () => losslessWebpSize(payload));
    at += 8 + length + (length % 2);
  }
  return { format: 'webp', ...size, metadata };
}

function losslessWebpSize(payload: Buffer): [number, number] {
  const bits = payload.readUInt32LE(1);
  return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
}

function sizeAt(
  bytes: Buffer,
  needed: number,
  read: () => [width: number, height: number],
): { width?: number; height?: number } {
  if (bytes.byteLength < needed) return {};
  const [width, height] = read();
  return { width, height };
}

function startsWith(bytes: Buffer, hex: string): boolean {
  return bytes.subarray(0, hex.length / 2).toString('hex') === hex;
}
