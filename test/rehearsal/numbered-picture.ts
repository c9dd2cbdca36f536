import sharp from 'sharp';

const CELLS = 8;
/** Large enough that a file is no smaller than Capillary wants: 10 KiB. */
const CELL_PIXELS = 16;
const SIDE = CELLS * CELL_PIXELS;
const BITS = (CELLS * CELLS) / 2;

/** A PNG of 16 KB that shows a number of up to 32 bits as dark and bright cells, and its complement below. */
export function numberedPicture(number: number): Promise<Buffer> {
  const pixels = Buffer.alloc(SIDE * SIDE);
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const cell = Math.floor(y / CELL_PIXELS) * CELLS + Math.floor(x / CELL_PIXELS);
      pixels[y * SIDE + x] = bitAt(number, cell) ? 230 : 25;
    }
  }
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

/** The number that a picture shows, in whatever format it comes back; throws where it is torn. */
export async function readNumber(bytes: Buffer): Promise<number> {
  const { data, info } = await sharp(bytes).greyscale().raw().toBuffer({ resolveWithObject: true });
  const bits = Array.from({ length: CELLS * CELLS }, (_, cell) => {
    const x = Math.floor((((cell % CELLS) + 0.5) * info.width) / CELLS);
    const y = Math.floor(((Math.floor(cell / CELLS) + 0.5) * info.height) / CELLS);
    return (data[(y * info.width + x) * info.channels] ?? 0) > 128;
  });
  const number = numberOf(bits.slice(0, BITS));
  if (numberOf(bits.slice(BITS).map((bit) => !bit)) !== number) throw new Error('the picture is torn');
  return number;
}

function bitAt(number: number, cell: number): boolean {
  const bit = ((number >>> (BITS - 1 - (cell % BITS))) & 1) === 1;
  return cell < BITS ? bit : !bit;
}

function numberOf(bits: readonly boolean[]): number {
  return bits.reduce((number, bit) => number * 2 + (bit ? 1 : 0), 0);
}
