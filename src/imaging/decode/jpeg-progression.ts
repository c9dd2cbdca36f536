import { type JpegPart, SOS } from './jpeg-markers.ts';

const PROGRESSIVE_FRAME = 0xc2;
const COEFFICIENTS = 64;

/**
 * Whether the scans of a progressive JPEG contain every coefficient of every component down to its last bit.
 * A file without its end marker may lack whole scans. No decoder notices that: the picture is only blurred.
 */
export function hasEveryScan(parts: readonly JpegPart[]): boolean {
  const frame = parts.find(({ marker }) => marker === PROGRESSIVE_FRAME)?.payload;
  if (!frame) return false;
  const missing = new Map<number, Set<number>>();
  for (let at = 6; at + 2 < frame.length; at += 3) {
    missing.set(frame.readUInt8(at), new Set(Array(COEFFICIENTS).keys()));
  }
  for (const { marker, payload } of parts) {
    const count = payload[0] ?? 0;
    if (marker !== SOS || payload.length < 4 + count * 2) continue;
    const [first = 0, last = 0, bits = 0] = payload.subarray(1 + count * 2);
    if ((bits & 0x0f) !== 0) continue;
    for (let index = 0; index < count; index++) {
      const component = missing.get(payload.readUInt8(1 + index * 2));
      for (let place = first; place <= last; place++) component?.delete(place);
    }
  }
  return [...missing.values()].every((places) => places.size === 0);
}
