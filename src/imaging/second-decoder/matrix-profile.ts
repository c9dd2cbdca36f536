/** X, Y and Z of one colour. */
type Xyz = readonly [x: number, y: number, z: number];

/**
 * Red, green and blue of the colour spaces other than sRGB that cameras name, adapted to the white point of
 * profiles (D50). The index is the number of the primaries in ITU-T H.273.
 */
const PRIMARIES: Readonly<Record<number, readonly [red: Xyz, green: Xyz, blue: Xyz]>> = {
  // BT.2020
  9: [
    [0.67348, 0.27904, -0.00193],
    [0.16567, 0.67535, 0.02997],
    [0.12505, 0.04561, 0.79686],
  ],
  // Display P3
  12: [
    [0.5151, 0.2412, -0.00105],
    [0.29198, 0.69225, 0.04189],
    [0.1571, 0.0666, 0.78407],
  ],
};
const D50: Xyz = [0.9642, 1, 0.8249];
const CURVE_POINTS = 1024;

/**
 * An ICC profile for pixels whose colour space is only named by the number of its primaries; `undefined`
 * where these are sRGB's or unknown. The curve is sRGB's, which is Display P3's too and close to BT.709's.
 */
export function profileOfPrimaries(primaries: number): Buffer | undefined {
  const colours = PRIMARIES[primaries];
  if (!colours) return undefined;
  const [red, green, blue] = colours;
  const curve = curveTag();
  return assembleProfile([
    ['desc', descriptionTag(`primaries ${primaries}`)],
    ['cprt', textTag('public domain')],
    ['wtpt', xyzTag(D50)],
    ['rXYZ', xyzTag(red)],
    ['gXYZ', xyzTag(green)],
    ['bXYZ', xyzTag(blue)],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ]);
}

/** Each tag's length is a multiple of four, as the format requires. */
function assembleProfile(tags: readonly (readonly [name: string, data: Buffer])[]): Buffer {
  const table = Buffer.alloc(4 + tags.length * 12);
  table.writeUInt32BE(tags.length, 0);
  const head = Buffer.alloc(128);
  let end = head.length + table.length;
  for (const [index, [name, data]] of tags.entries()) {
    const at = 4 + index * 12;
    table.write(name, at, 'latin1');
    table.writeUInt32BE(end, at + 4);
    table.writeUInt32BE(data.length, at + 8);
    end += data.length;
  }
  head.writeUInt32BE(end, 0);
  head.writeUInt32BE(0x02_10_00_00, 8);
  head.write('mntrRGB XYZ ', 12, 'latin1');
  head.write('acsp', 36, 'latin1');
  for (const [index, value] of D50.entries()) head.writeInt32BE(fixedPoint(value), 68 + index * 4);
  return Buffer.concat([head, table, ...tags.map(([, data]) => data)]);
}

function xyzTag(colour: Xyz): Buffer {
  const tag = Buffer.alloc(20);
  tag.write('XYZ ', 0, 'latin1');
  for (const [index, value] of colour.entries()) tag.writeInt32BE(fixedPoint(value), 8 + index * 4);
  return tag;
}

function curveTag(): Buffer {
  const tag = Buffer.alloc(12 + CURVE_POINTS * 2);
  tag.write('curv', 0, 'latin1');
  tag.writeUInt32BE(CURVE_POINTS, 8);
  for (let point = 0; point < CURVE_POINTS; point++) {
    const value = point / (CURVE_POINTS - 1);
    const linear = value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    tag.writeUInt16BE(Math.round(linear * 65_535), 12 + point * 2);
  }
  return tag;
}

function textTag(text: string): Buffer {
  return Buffer.from(`text\0\0\0\0${text.padEnd(15)}\0`, 'latin1');
}

function descriptionTag(text: string): Buffer {
  const tag = Buffer.alloc(112);
  tag.write('desc', 0, 'latin1');
  tag.writeUInt32BE(text.length + 1, 8);
  tag.write(text, 12, 'latin1');
  return tag;
}

/** A signed number with sixteen bits after the point. */
function fixedPoint(value: number): number {
  return Math.round(value * 65_536);
}
