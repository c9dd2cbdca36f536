import { describe, expect, it } from '@jest/globals';
import { jpegMarkers } from '../../src/imaging/decode/jpeg-marker-stream.ts';
import { EOI, jpegParts, SOS } from '../../src/imaging/decode/jpeg-markers.ts';
import { readStatedHeader } from '../../src/imaging/decode/stated-header.ts';
import { openByteReader } from '../../src/imaging/detect/byte-reader.ts';
import { aJpeg, aScanBomb, segment, withSegments } from '../support/pictures.ts';

/** TEM, the first and last restart marker, the start of an image. */
const LONE_MARKERS = [0x01, 0xd0, 0xd7, 0xd8].map((byte) => Buffer.from([0xff, byte]));

async function streamed(bytes: Buffer): Promise<number[]> {
  const markers: number[] = [];
  for await (const marker of jpegMarkers(await openByteReader(bytes))) markers.push(marker);
  return markers;
}

describe('the markers of a JPEG', () => {
  it.each([
    ['baseline', () => aJpeg({ chatter: true, gps: true })],
    ['progressive', () => aJpeg({ progressive: true })],
    [
      'longer than a window',
      () => aJpeg({ motif: 'photograph', grain: 90, width: 900, height: 900, quality: 98 }),
    ],
    ['of many scans', () => aScanBomb({ side: 800, scans: 200 })],
    ['with bytes behind its end', async () => Buffer.concat([await aJpeg(), await aJpeg()])],
    [
      'with markers that stand alone before its frame',
      async () => withSegments(await aJpeg(), ...LONE_MARKERS),
    ],
    ['cut off', async () => (await aJpeg()).subarray(0, 400)],
  ])('the markers of a JPEG are the same read through a window or at once: %s', async (_name, build) => {
    const bytes = await build();
    expect(await streamed(bytes)).toEqual([...jpegParts(bytes)].map(({ marker }) => marker));
  });

  it.each(LONE_MARKERS.map((marker): [string, Buffer] => [marker.toString('hex'), marker]))(
    'the markers of a JPEG have no length where they stand alone: %s',
    async (_name, marker) => {
      const jpeg = await aJpeg();
      const parts = [...jpegParts(withSegments(jpeg, marker))];
      expect(parts.map(({ payload }) => payload)).toEqual([...jpegParts(jpeg)].map(({ payload }) => payload));
    },
  );

  it('the markers of a JPEG cannot hide the frame from the limits behind one that stands alone', async () => {
    // Read as a segment, the restart marker would swallow the frame, and the frame in the comment would count.
    const jpeg = await aJpeg({ width: 640, height: 480 });
    const frame = [...jpegParts(jpeg)].find(({ marker }) => marker === 0xc0);
    if (!frame) throw new Error('a baseline JPEG has a frame');
    const real = jpeg.subarray(frame.start, frame.end);
    const small = Buffer.from(real);
    small.writeUInt16BE(8, 5);
    small.writeUInt16BE(8, 7);
    const hidden = Buffer.concat([
      jpeg.subarray(0, 2),
      Buffer.from([0xff, 0xd0, 0x00, real.length + 2 + 6]),
      real,
      segment(0xfe, Buffer.concat([Buffer.alloc(2), small])),
      jpeg.subarray(2, frame.start),
      jpeg.subarray(frame.end),
    ]);
    expect(await readStatedHeader('jpeg', await openByteReader(hidden))).toMatchObject({
      width: 640,
      height: 480,
    });
  });

  it('the markers of a JPEG end with the end of the first picture', async () => {
    const markers = await streamed(Buffer.concat([await aJpeg(), await aJpeg()]));
    expect(markers.indexOf(EOI)).toBe(markers.length - 1);
    expect(markers).toContain(SOS);
  });

  it('the markers of a JPEG are not followed for ever', async () => {
    const endless = Array.from({ length: 20_000 }, () => segment(0xfe, Buffer.alloc(0)));
    expect((await streamed(withSegments(await aJpeg(), ...endless))).length).toBe(10_000);
  });
});
