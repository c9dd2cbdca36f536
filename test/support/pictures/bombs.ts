import { deflateSync } from 'node:zlib';
import { segment } from './jpeg-segments.ts';
import { chunk, ihdr, PNG_SIGNATURE } from './png-chunks.ts';
import { animationControl, anSvg } from './structural.ts';

/** A GIF that says it is 65,535 × 65,535, in some 38 bytes. */
export function aGifBomb(): Buffer {
  return Buffer.concat([
    Buffer.from('GIF89a'),
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff]),
    Buffer.from([0x2c, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 2, 2, 0x4c, 1, 0, 0x3b]),
  ]);
}

/** A tiny GIF with very many frames of a large screen. */
export function aGifOfManyFrames({ side = 2000, frames = 500 } = {}): Buffer {
  const head = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  head.writeUInt16LE(side, 6);
  head.writeUInt16LE(side, 8);
  const frame = Buffer.from([
    0x21, 0xf9, 4, 4, 1, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4c, 1, 0,
  ]);
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame), Buffer.from([0x3b])]);
}

/** A PNG of one flat colour with the sides given: a few bytes for very many pixels. */
export function aFlatPng(options: {
  readonly width: number;
  readonly height: number;
  readonly colourType?: 0 | 2 | 6;
  readonly bitDepth?: 1 | 8 | 16;
  readonly interlaced?: boolean;
  /** Frames that an `acTL` chunk claims. */
  readonly frames?: number;
}): Buffer {
  const { width, height, colourType = 2, bitDepth = 8, interlaced = false, frames } = options;
  const channels = { 0: 1, 2: 3, 6: 4 }[colourType];
  const bytesPerRow = 1 + Math.ceil((width * channels * bitDepth) / 8);
  // Adam7 adds a filter byte per row of each pass: a little more than the plain size is enough for a flat colour.
  const size = interlaced ? bytesPerRow * height + 8 * (height + 8) : bytesPerRow * height;
  return Buffer.concat([
    PNG_SIGNATURE,
    ihdr({ width, height, bitDepth, colourType, interlaced }),
    ...(frames === undefined ? [] : [animationControl(frames)]),
    chunk('IDAT', deflateSync(Buffer.alloc(size), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A PNG header that claims any size, with no pixels behind it. */
export function aPngHeader(width: number, height: number): Buffer {
  return Buffer.concat([
    PNG_SIGNATURE,
    ihdr({ width, height, bitDepth: 8, colourType: 6 }),
    chunk('IDAT', deflateSync(Buffer.alloc(64))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * A legal progressive JPEG in grey with very many scans: each pass over the coefficients costs the decoder time and next to no
 * bytes. With the defaults some 134 KB and 36 megapixels.
 */
export function aScanBomb({ side = 6000, scans = 700 } = {}): Buffer {
  const blocks = Math.ceil(side / 8) ** 2;
  const frame = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(side, 1);
  frame.writeUInt16BE(side, 3);
  const quantizers = segment(0xdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, 1)]));
  // DC: one code, "no difference". AC: a four-bit code for each run length from 2^0 to 2^14 of empty blocks.
  const dcTable = segment(0xc4, Buffer.concat([Buffer.from([0x00, 1]), Buffer.alloc(15), Buffer.from([0])]));
  const runs = Array.from({ length: 15 }, (_, power) => power << 4);
  const acTable = segment(0xc4, Buffer.from([0x10, 0, 0, 0, 15, ...Array(12).fill(0), ...runs]));
  const parts = [
    Buffer.from([0xff, 0xd8]),
    quantizers,
    segment(0xc2, frame),
    dcTable,
    acTable,
    scanHead(0, 0, 0),
    Buffer.alloc(Math.ceil(blocks / 8)),
  ];
  const empty = emptyScan(blocks);
  let made = 0;
  for (let high = 13; high >= 0 && made < scans; high--) {
    for (let band = 1; band <= 63 && made < scans; band++, made++) {
      const approximation = high === 13 ? 13 : ((high + 1) << 4) | high;
      parts.push(scanHead(band, band, approximation), empty);
    }
  }
  return Buffer.concat([...parts, Buffer.from([0xff, 0xd9])]);
}

function scanHead(from: number, to: number, approximation: number): Buffer {
  return segment(0xda, Buffer.from([1, 1, 0x00, from, to, approximation]));
}

/** "Nothing here" for all blocks, in runs of up to 32,767. */
function emptyScan(blocks: number): Buffer {
  let bits = '';
  let left = blocks;
  while (left > 0) {
    const run = Math.min(left, 32_767);
    const power = Math.floor(Math.log2(run));
    bits += power.toString(2).padStart(4, '0');
    if (power > 0) bits += (run - 2 ** power).toString(2).padStart(power, '0');
    left -= run;
  }
  const bytes: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    const byte = Number.parseInt(bits.slice(at, at + 8).padEnd(8, '1'), 2);
    bytes.push(byte);
    if (byte === 0xff) bytes.push(0);
  }
  return Buffer.from(bytes);
}

/** A PNG whose colour profile inflates to `megabytes`. */
export function anIccBomb({ megabytes = 64 } = {}): Buffer {
  const bomb = deflateSync(Buffer.alloc(megabytes * 1_000_000), { level: 9 });
  return pngWith(chunk('iCCP', Buffer.concat([Buffer.from('bomb\0\0'), bomb])));
}

/** A PNG whose compressed text inflates to `megabytes`, `copies` times over. */
export function aTextBomb({ megabytes = 32, copies = 20 } = {}): Buffer {
  const bomb = deflateSync(Buffer.alloc(megabytes * 1_000_000, 0x41), { level: 9 });
  const texts = Array.from({ length: copies }, (_, index) =>
    chunk('zTXt', Buffer.concat([Buffer.from(`note${index}\0\0`), bomb])),
  );
  return pngWith(...texts);
}

/** A drawing whose `use` elements multiply to ten to the ninth. */
export function anSvgBomb(): Buffer {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const uses = `<use href="#l${level}"/>`.repeat(10);
    return `<g id="l${level + 1}">${uses}</g>`;
  });
  return anSvg({
    body: `<defs><rect id="l0" width="1" height="1"/>${levels.join('')}</defs><use href="#l9"/>`,
  });
}

function pngWith(...chunks: readonly Buffer[]): Buffer {
  const row = Buffer.alloc(1 + 16 * 3, 0x40);
  row[0] = 0;
  return Buffer.concat([
    PNG_SIGNATURE,
    ihdr({ width: 16, height: 16, bitDepth: 8, colourType: 2 }),
    ...chunks,
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: 16 }, () => row)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
