import type { PictureFormat } from '../../domain/index.ts';
import type { DecodableFormat } from '../decode/loaders.ts';
import type { ByteReader } from '../recognise/byte-reader.ts';
import { type Erasure, NOTHING } from './erasure.ts';
import { findHeicMetadata } from './heic.ts';
import { findIcoMetadata } from './ico.ts';
import { findJp2Metadata } from './jp2.ts';
import { findJxlMetadata } from './jxl.ts';
import { findPsdMetadata } from './psd.ts';
import { findSvgMetadata } from './svg.ts';

/** A format that is kept without being decoded. */
export type KeptFormat = Exclude<PictureFormat, DecodableFormat>;

const FINDERS: Record<KeptFormat, (reader: ByteReader) => Promise<Erasure>> = {
  heic: findHeicMetadata,
  jxl: findJxlMetadata,
  jp2: findJp2Metadata,
  psd: findPsdMetadata,
  ico: findIcoMetadata,
  svg: findSvgMetadata,
  // A bitmap has a header, colours and rows.
  bmp: async () => NOTHING,
};

/**
 * Where a file of this format, which was recognised by its structure, holds anything but the picture. Throws `ProblemError`
 * `corrupt-image` where the structure cannot be walked to its end: of such a file nobody can say that it tells nothing.
 */
export function findMetadata(format: KeptFormat, reader: ByteReader): Promise<Erasure> {
  return FINDERS[format](reader);
}
