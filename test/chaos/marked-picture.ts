import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';

/* Pictures that carry a number in their pixels, made and read without the gateway's own picture library. */

const CELLS = 8;
const CELL_PIXELS = 32;
const SMALL_CELL_PIXELS = 8;

/** A noisy JPEG of about 25 kB that shows a number of up to 31 bits as dark and bright cells, and its complement below. */
export function markedPicture(number: number): Buffer {
  return jpeg.encode(markedPixels(number, CELL_PIXELS), 85).data;
}

/** The same in a PNG of about 3 kB. It takes 0.3 ms to make, the JPEG 11: its encoder builds all its tables anew. */
export function smallMarkedPicture(number: number): Buffer {
  const { data, width, height } = markedPixels(number, SMALL_CELL_PIXELS);
  return PNG.sync.write(Object.assign(new PNG({ width, height }), { data }), { deflateLevel: 1 });
}

function markedPixels(number: number, cellPixels: number) {
  const side = CELLS * cellPixels;
  const pixels = Buffer.alloc(side * side * 4, 255);
  const bits = bitsOf(number);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const bright = bits[Math.floor(y / cellPixels) * CELLS + Math.floor(x / cellPixels)] ?? false;
      // Noise, so that no two pictures are alike in size and every dialect finds them large enough.
      const grey = (bright ? 180 : 10) + ((x * 7919 + y * 104_729 + number * 31) % 61);
      const first = (y * side + x) * 4;
      pixels[first] = grey;
      pixels[first + 1] = grey;
      pixels[first + 2] = grey;
    }
  }
  return { data: pixels, width: side, height: side };
}

/** The number that a picture shows, in whatever size and format it comes back; throws where it is torn. */
export function readMark(bytes: Buffer): number {
  const { data, width, height } =
    bytes[0] === 0x89 ? PNG.sync.read(bytes) : jpeg.decode(bytes, { tolerantDecoding: false });
  const bits: boolean[] = [];
  for (let cell = 0; cell < CELLS * CELLS; cell += 1) {
    const x = Math.floor((((cell % CELLS) + 0.5) * width) / CELLS);
    const y = Math.floor(((Math.floor(cell / CELLS) + 0.5) * height) / CELLS);
    bits.push(meanAround(data, width, x, y) > 128);
  }
  const number = numberOf(bits.slice(0, 32));
  if (numberOf(bits.slice(32).map((bit) => !bit)) !== number) throw new Error('the picture is torn');
  return number;
}

function bitsOf(number: number): boolean[] {
  const bits = Array.from({ length: 32 }, (_, bit) => ((number >>> (31 - bit)) & 1) === 1);
  return [...bits, ...bits.map((bit) => !bit)];
}

function numberOf(bits: readonly boolean[]): number {
  return bits.reduce((number, bit) => number * 2 + (bit ? 1 : 0), 0);
}

function meanAround(data: Uint8Array, width: number, x: number, y: number): number {
  let sum = 0;
  for (let dy = -4; dy < 4; dy += 1) {
    for (let dx = -4; dx < 4; dx += 1) sum += data[((y + dy) * width + x + dx) * 4] ?? 0;
  }
  return sum / 64;
}
