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
  const bare = Buffer.from(SAMPLE_JPEG, 'base64');
  const missing = Math.max(0, policy.minBytes - bare.byteLength);
  return {
    bytes: Buffer.concat([bare, Buffer.alloc(missing)]),
    format: 'jpeg',
    mediaType: 'image/jpeg',
    fileName: 'camera.jpg',
    width: 90,
    height: 160,
    transparent: false,
  };
}

/** Bytes that are no picture, of a size that the policy allows. */
export function noPicture(policy: IntakePolicy): Buffer {
  return Buffer.alloc(Math.max(policy.minBytes, 64), 'This is no picture. ');
}

/** A picture whose second half never came. */
export function cutOff({ bytes }: SamplePicture, policy: IntakePolicy): Buffer {
  return bytes.subarray(0, Math.max(policy.minBytes, Math.floor(bytes.byteLength / 2)));
}
