import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOUR_TYPE = { rgb: 2, rgba: 6 } as const;

/** What a sample picture looks like. */
export interface PngOptions {
  readonly width: number;
  readonly height: number;
  /** `rgba`: the right half is see-through. */
  readonly colour?: 'rgb' | 'rgba';
  /** `noise` compresses badly and makes a large file; `flat` makes a small one. */
  readonly texture?: 'flat' | 'noise';
  /** Different seeds give different bytes of the same size and kind. */
  readonly seed?: number;
}

/**
 * Makes a valid PNG without an image library, because the kit must run wherever Node does. The same options
 * give the same bytes.
 */
export function makePng({ width, height, colour = 'rgb', texture = 'flat', seed = 1 }: PngOptions): Buffer {
  const channels = colour === 'rgb' ? 3 : 4;
  const rows = Buffer.alloc(height * (1 + width * channels));
  const next = randomBytesFrom(seed);
  for (let y = 0; y < height; y += 1) {
    const start = y * (1 + width * channels) + 1;
    for (let x = 0; x < width; x += 1) {
      const at = start + x * channels;
      const noise = texture === 'noise' ? next() & 0x7f : 0;
      rows[at] = 40 + noise;
      rows[at + 1] = (90 + seed * 13 + noise) & 0xff;
      rows[at + 2] = 160 - (noise >> 1);
      if (colour === 'rgba') rows[at + 3] = x < width / 2 ? 0xff : 0x00;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = COLOUR_TYPE[colour];
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, payload: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), payload]);
  const framed = Buffer.alloc(named.byteLength + 8);
  framed.writeUInt32BE(payload.byteLength, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.byteLength + 4);
  return framed;
}

/** A linear congruential generator: good enough to be incompressible, and the same everywhere. */
function randomBytesFrom(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 16;
  };
}
