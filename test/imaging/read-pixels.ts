import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';

/** A decoded picture; not by the library under test. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** `[red, green, blue, alpha]` at a place given in shares of width and height. */
  at(x: number, y: number): readonly [number, number, number, number];
}

/** Decodes JPEG or PNG in plain JavaScript. */
export function readPixels(bytes: Buffer): Pixels {
  const { width, height, data } =
    bytes[0] === 0x89 ? PNG.sync.read(bytes) : jpeg.decode(bytes, { maxMemoryUsageInMB: 1024 });
  return {
    width,
    height,
    at(x, y) {
      const index = (Math.floor(y * height) * width + Math.floor(x * width)) * 4;
      return [data[index] ?? 0, data[index + 1] ?? 0, data[index + 2] ?? 0, data[index + 3] ?? 0];
    },
  };
}

/** The name of the corner colour that is nearest, or `background` for white and `see-through` for no alpha. */
export function colourName([red, green, blue, alpha]: readonly [number, number, number, number]): string {
  if (alpha < 128) return 'see-through';
  const named: Record<string, readonly [number, number, number]> = {
    red: [220, 20, 20],
    green: [20, 200, 20],
    blue: [20, 20, 220],
    yellow: [230, 220, 20],
    background: [255, 255, 255],
    black: [0, 0, 0],
  };
  const distance = ([r, g, b]: readonly [number, number, number]) =>
    Math.abs(r - red) + Math.abs(g - green) + Math.abs(b - blue);
  const [nearest] = Object.entries(named).sort(([, one], [, other]) => distance(one) - distance(other));
  if (!nearest || distance(nearest[1]) > 90) return `rgb(${red}, ${green}, ${blue})`;
  return nearest[0];
}
