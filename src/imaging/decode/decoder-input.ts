import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { ProblemError } from '../../domain/index.ts';
import type { WorkerLimits } from '../job.ts';
import type { ByteReader } from '../recognise/byte-reader.ts';
import { type DecodableFormat, openLoaderOf } from './loaders.ts';
import { mendJpeg } from './mend-jpeg.ts';

/** How one pass reads the picture. */
export interface DecodePass {
  /** All frames of an animation, one below the other; otherwise the first alone. */
  readonly animated?: boolean;
  /** Leaves the colours as they are stored: enough for a pass that looks at no colour. */
  readonly ignoreProfile?: boolean;
  /** Skips the decoder's own pixel limit: for the pass that reads the header, by which ours is judged. */
  readonly headerOnly?: boolean;
}

/** A recognised picture that passes can be made over. */
export interface DecoderInput {
  readonly format: DecodableFormat;
  /** Makes one pass. Whatever the decoder refuses is `corrupt-image`. */
  decode<T>(pass: DecodePass, work: (image: Sharp) => Promise<T>): Promise<T>;
}

/**
 * JPEG: every warning fails, because libjpeg fills what is missing with grey and only warns; what cameras get wrong is mended
 * first. The other decoders warn of trifles (unknown tags, odd gamma) and report missing data as errors.
 */
function failOn(format: DecodableFormat): 'warning' | 'error' {
  return format === 'jpeg' ? 'warning' : 'error';
}

/** Prepares a recognised picture for decoding. */
export function decoderInput(
  format: DecodableFormat,
  reader: ByteReader,
  { limitPixels }: WorkerLimits,
): DecoderInput {
  let origin = reader.origin;
  let mended = format !== 'jpeg';
  const bytes = async () => (typeof origin === 'string' ? await readFile(origin) : origin);

  const attempt = <T>(pass: DecodePass, work: (image: Sharp) => Promise<T>) => {
    openLoaderOf(format);
    const image = sharp(origin, {
      failOn: failOn(format),
      limitInputPixels: pass.headerOnly ? false : limitPixels,
      sequentialRead: true,
      animated: pass.animated ?? false,
      ignoreIcc: pass.ignoreProfile ?? false,
    });
    return work(image);
  };

  return {
    format,
    async decode(pass, work) {
      try {
        return await attempt(pass, work);
      } catch (cause) {
        const repaired = mended ? undefined : mendJpeg(await bytes());
        mended = true;
        if (!repaired) throw new ProblemError({ kind: 'corrupt-image' }, { cause });
        origin = repaired;
        return this.decode(pass, work);
      }
    },
  };
}
