/** The colours of the corner picture, seen upright, as `[red, green, blue]`. */
export const CORNERS = {
  topLeft: [220, 20, 20],
  topRight: [20, 200, 20],
  bottomLeft: [20, 20, 220],
  bottomRight: [230, 220, 20],
} as const;

/** What is on a test picture. `corners`: a colour per quadrant. `photograph`: soft shapes with grain. `grey`: one flat colour. */
export type Motif = 'corners' | 'photograph' | 'grey';

// Bound once: within Jest every mention of a global goes through its sandbox, and a photograph mentions them 36 million times.
const { imul, sin, cos } = Math;

/** Interleaved 8-bit RGB as it looks upright. `grain`: amplitude of the noise, 0 to 255. The same arguments give the same pixels. */
export function paint(motif: Motif, width: number, height: number, grain: number): Buffer {
  const pixels = Buffer.alloc(width * height * 3);
  let random = 0x2545f491;
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = COLOUR[motif](x / width, y / height);
      random = (imul(random, 1664525) + 1013904223) >>> 0;
      const noise = grain === 0 ? 0 : ((random >>> 16) % grain) - (grain >> 1);
      pixels[at++] = clamp(colour[0] + noise);
      pixels[at++] = clamp(colour[1] + noise);
      pixels[at++] = clamp(colour[2] + noise);
    }
  }
  return pixels;
}

/** The pixels as a camera held that way stores them: turned so that `orientation` puts them upright. */
export function storeTurned(
  upright: Buffer,
  width: number,
  height: number,
  orientation: number,
): { pixels: Buffer; width: number; height: number } {
  if (orientation < 2 || orientation > 8) return { pixels: upright, width, height };
  const swapped = orientation >= 5;
  const [storedWidth, storedHeight] = swapped ? [height, width] : [width, height];
  const pixels = Buffer.alloc(upright.length);
  for (let y = 0; y < storedHeight; y++) {
    for (let x = 0; x < storedWidth; x++) {
      const [ux, uy] = uprightPlace(orientation, x, y, storedWidth, storedHeight);
      const from = (uy * width + ux) * 3;
      upright.copy(pixels, (y * storedWidth + x) * 3, from, from + 3);
    }
  }
  return { pixels, width: storedWidth, height: storedHeight };
}

/** Where the stored pixel (x, y) belongs in the upright picture (EXIF 2.32, tag 0x0112). */
function uprightPlace(orientation: number, x: number, y: number, w: number, h: number): [number, number] {
  const places: Record<number, [number, number]> = {
    2: [w - 1 - x, y],
    3: [w - 1 - x, h - 1 - y],
    4: [x, h - 1 - y],
    5: [y, x],
    6: [h - 1 - y, x],
    7: [h - 1 - y, w - 1 - x],
    8: [y, w - 1 - x],
  };
  return places[orientation] ?? [x, y];
}

const COLOUR: Record<Motif, (x: number, y: number) => readonly [number, number, number]> = {
  corners: (x, y) => {
    if (y < 0.5) return x < 0.5 ? CORNERS.topLeft : CORNERS.topRight;
    return x < 0.5 ? CORNERS.bottomLeft : CORNERS.bottomRight;
  },
  photograph: (x, y) => [
    128 + 90 * sin(7 * x + 3 * y),
    120 + 80 * sin(5 * y - 2 * x + 1),
    110 + 70 * cos(9 * x * y + 2),
  ],
  grey: () => [128, 128, 128],
};

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
