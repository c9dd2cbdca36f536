import { chunk } from './png-chunks.ts';

/** A Windows bitmap, 24 bits a pixel, of one colour. */
export function aBmp({ width = 40, height = 30 } = {}): Buffer {
  const row = Math.ceil((width * 3) / 4) * 4;
  const bytes = Buffer.alloc(54 + row * height, 0x7f);
  bytes.fill(0, 0, 54);
  bytes.write('BM', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  bytes.writeUInt32LE(row * height, 34);
  return bytes;
}

/** A flat Photoshop document, RGB, 8 bits, uncompressed. */
export function aPsd({ width = 40, height = 30 } = {}): Buffer {
  const head = Buffer.alloc(26);
  head.write('8BPS', 0, 'latin1');
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(3, 12);
  head.writeUInt32BE(height, 14);
  head.writeUInt32BE(width, 18);
  head.writeUInt16BE(8, 22);
  head.writeUInt16BE(3, 24);
  const emptySections = Buffer.alloc(12);
  const raw = Buffer.alloc(2 + width * height * 3, 0x55);
  raw.writeUInt16BE(0, 0);
  return Buffer.concat([head, emptySections, raw]);
}

/** An icon with one embedded picture; `png` becomes its entry, else a 16 × 16 bitmap does. */
export function anIco(png?: Buffer): Buffer {
  const dib = Buffer.alloc(40 + 16 * 16 * 4 + 64);
  dib.writeUInt32LE(40, 0);
  dib.writeInt32LE(16, 4);
  dib.writeInt32LE(32, 8);
  dib.writeUInt16LE(1, 12);
  dib.writeUInt16LE(32, 14);
  const entry = png ?? dib;
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(1, 4);
  head[6] = 16;
  head[7] = 16;
  head.writeUInt16LE(1, 10);
  head.writeUInt16LE(32, 12);
  head.writeUInt32LE(entry.length, 14);
  head.writeUInt32LE(22, 18);
  return Buffer.concat([head, entry]);
}

/** A box of the ISO base media format. */
export function box(type: string, ...payload: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(payload);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

/** A HEIC file as far as its structure goes; its coded picture is noise. */
export function aHollowHeic({
  width = 40,
  height = 30,
  brand = 'heic',
  coded = Buffer.alloc(400, 0xa5),
} = {}): Buffer {
  const full = Buffer.alloc(4);
  const size = Buffer.alloc(12);
  size.writeUInt32BE(width, 4);
  size.writeUInt32BE(height, 8);
  const handler = Buffer.concat([Buffer.alloc(8), Buffer.from('pict'), Buffer.alloc(13)]);
  const meta = box(
    'meta',
    full,
    box('hdlr', handler),
    box('pitm', Buffer.from([0, 0, 0, 0, 0, 1])),
    box(
      'iinf',
      Buffer.from([0, 0, 0, 0, 0, 1]),
      box('infe', Buffer.from('\x02\0\0\0\0\x01\0\0hvc1\0', 'latin1')),
    ),
    box(
      'iprp',
      box('ipco', box('hvcC', Buffer.alloc(23, 1)), box('ispe', size)),
      box('ipma', Buffer.alloc(12)),
    ),
  );
  const ftyp = box('ftyp', Buffer.from(`${brand}\0\0\0\0mif1heic`, 'latin1'));
  return Buffer.concat([ftyp, meta, box('mdat', coded)]);
}

/** A JPEG XL container around a bare codestream header. */
export function aHollowJxl(): Buffer {
  const signature = box('JXL ', Buffer.from([0x0d, 0x0a, 0x87, 0x0a]));
  const ftyp = box('ftyp', Buffer.from('jxl \0\0\0\0jxl ', 'latin1'));
  return Buffer.concat([signature, ftyp, box('jxlc', Buffer.from([0xff, 0x0a]), Buffer.alloc(200, 0x3c))]);
}

/** A JPEG 2000 file as far as its boxes go. */
export function aHollowJp2({ width = 40, height = 30 } = {}): Buffer {
  const header = Buffer.alloc(14);
  header.writeUInt32BE(height, 0);
  header.writeUInt32BE(width, 4);
  header.writeUInt16BE(3, 8);
  header[10] = 7;
  header[11] = 7;
  const signature = box('jP  ', Buffer.from([0x0d, 0x0a, 0x87, 0x0a]));
  const ftyp = box('ftyp', Buffer.from('jp2 \0\0\0\0jp2 ', 'latin1'));
  const colour = box('colr', Buffer.from([1, 0, 0, 0, 0, 0, 16]));
  const stream = Buffer.concat([Buffer.from([0xff, 0x4f, 0xff, 0x51]), Buffer.alloc(200, 0x11)]);
  return Buffer.concat([signature, ftyp, box('jp2h', box('ihdr', header), colour), box('jp2c', stream)]);
}

/** A drawing. `body` stands inside the root element. */
export function anSvg({
  width = 40,
  height = 30,
  body = '<circle cx="20" cy="15" r="10" fill="red"/>',
} = {}): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<!-- drawn by hand -->\n` +
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>\n`,
  );
}

/** Chunks of a PNG that claims to be an animation of `frames` frames. */
export function animationControl(frames: number): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(frames, 0);
  return chunk('acTL', payload);
}
