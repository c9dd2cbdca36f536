import type { IntakePolicy, PictureFormat } from '../../domain/index.ts';
import { makePng } from './make-png.ts';
import { SAMPLE_JPEG } from './sample-jpeg.ts';

/** A picture that the kit sends, and what it is. */
export interface SamplePicture {
  readonly bytes: Buffer;
  readonly format: PictureFormat;
  readonly mediaType: string;
  readonly fileName: string;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly transparent: boolean;
}

/** A landscape PNG, large enough for the policy's smallest size. Another seed, other bytes. */
export function landscapePng(policy: IntakePolicy, seed: number): SamplePicture {
  return png(policy, { width: 1400, height: 700 }, seed);
}

/** A small portrait PNG: nothing may enlarge it that says it does not enlarge. */
export function smallPng(policy: IntakePolicy, seed: number): SamplePicture {
  return png(policy, { width: 120, height: 200 }, seed);
}

function png(policy: IntakePolicy, size: { width: number; height: number }, seed: number): SamplePicture {
  const flat = makePng({ ...size, seed });
  const bytes = flat.byteLength >= policy.minBytes ? flat : makePng({ ...size, seed, texture: 'noise' });
  return {
    bytes,
    format: 'png',
    mediaType: 'image/png',
    fileName: 'sample.png',
    ...size,
    transparent: false,
  };
}

/** A JPEG as a phone makes it: on its side, with the orientation and the position in its EXIF block. */
export function cameraJpeg(policy: IntakePolicy): SamplePicture {
  return {
    bytes: pad(Buffer.from(SAMPLE_JPEG, 'base64'), policy),
    format: 'jpeg',
    mediaType: 'image/jpeg',
    fileName: 'camera.jpg',
    width: 90,
    height: 160,
    transparent: false,
  };
}

/** A PNG whose right half is see-through. */
export function transparentPng(policy: IntakePolicy): SamplePicture {
  const size = { width: 200, height: 100 };
  const flat = makePng({ ...size, colour: 'rgba' });
  const bytes =
    flat.byteLength >= policy.minBytes ? flat : makePng({ ...size, colour: 'rgba', texture: 'noise' });
  return {
    bytes,
    format: 'png',
    mediaType: 'image/png',
    fileName: 'see-through.png',
    ...size,
    transparent: true,
  };
}

/** A still GIF of one pixel. */
export function onePixelGif(policy: IntakePolicy): SamplePicture {
  return {
    bytes: pad(Buffer.from('R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==', 'base64'), policy),
    format: 'gif',
    mediaType: 'image/gif',
    fileName: 'pixel.gif',
    width: 1,
    height: 1,
    transparent: false,
  };
}

/** A grey BMP of 4 × 4 pixels. */
export function bitmap(policy: IntakePolicy): Buffer {
  const bytes = Buffer.alloc(54 + 48, 0x80);
  bytes.fill(0, 0, 54);
  bytes.write('BM', 'latin1');
  bytes.writeUInt32LE(bytes.byteLength, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(4, 18);
  bytes.writeInt32LE(4, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return pad(bytes, policy);
}

/** The smallest good picture of the kit. */
export function tooSmallPng(): Buffer {
  return makePng({ width: 8, height: 8 });
}

function pad(bytes: Buffer, { minBytes }: IntakePolicy): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(Math.max(0, minBytes - bytes.byteLength))]);
}

/** Bytes that are no picture, of a size that the policy allows. */
export function noPicture(policy: IntakePolicy): Buffer {
  return Buffer.alloc(Math.max(policy.minBytes, 64), 'This is no picture. ');
}

/** A picture whose second half never came; no shorter than the policy's smallest file. */
export function cutOff({ bytes }: SamplePicture, policy: IntakePolicy): Buffer {
  return pad(bytes.subarray(0, Math.floor(bytes.byteLength / 2)), policy);
}
