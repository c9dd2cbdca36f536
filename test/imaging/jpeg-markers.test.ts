import { describe, expect, it } from '@jest/globals';
import { jpegMarkers } from '../../src/imaging/decode/jpeg-marker-stream.ts';
import { EOI, jpegParts, SOS } from '../../src/imaging/decode/jpeg-markers.ts';
import { openByteReader } from '../../src/imaging/recognise/byte-reader.ts';
import { aJpeg, aScanBomb, segment, withSegments } from '../support/pictures.ts';

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
    ['cut off', async () => (await aJpeg()).subarray(0, 400)],
  ])('are the same read through a window or at once: %s', async (_name, build) => {
    const bytes = await build();
    expect(await streamed(bytes)).toEqual([...jpegParts(bytes)].map(({ marker }) => marker));
  });

  it('end with the end of the first picture', async () => {
    const markers = await streamed(Buffer.concat([await aJpeg(), await aJpeg()]));
    expect(markers.indexOf(EOI)).toBe(markers.length - 1);
    expect(markers).toContain(SOS);
  });

  it('are not followed for ever', async () => {
    const endless = Array.from({ length: 20_000 }, () => segment(0xfe, Buffer.alloc(0)));
    expect((await streamed(withSegments(await aJpeg(), ...endless))).length).toBe(10_000);
  });
});
