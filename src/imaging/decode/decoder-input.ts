import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { ProblemError, type RenderedFormat } from '../../domain/index.ts';
import type { WorkerLimits } from '../job.ts';
import { openLoaderOf } from './loaders.ts';
import { repairJpeg } from './repair-jpeg.ts';

/** The options for reading the picture once. */
export interface DecodePass {
  /** All frames of an animation, one below the other; otherwise only the first. */
  readonly animated?: boolean;
  /** Leaves the colours as they are stored. That is enough for a pass that does not look at colours. */
  readonly ignoreProfile?: boolean;
  /**
   * Skips the decoder's own pixel limit, for the pass that reads the header. The gateway's limit is checked
   * against that header.
   */
  readonly headerOnly?: boolean;
  /** Reads this page instead of the selected one. */
  readonly page?: number;
}

/** A picture of a known format that can be read several times. */
export interface DecoderInput {
  readonly format: RenderedFormat;
  /** Makes one pass. A refusal of the decoder becomes `corrupt-image`. */
  decode<T>(pass: DecodePass, work: (image: Sharp) => Promise<T>): Promise<T>;
  /**
   * Repairs the picture, and decodes the repaired one from now on. Throws `corrupt-image` where there is
   * nothing to repair.
   */
  repair(): Promise<void>;
  /** Decodes this page from now on instead of the first one. */
  selectPage(page: number): void;
}

/**
 * For JPEG every warning is a failure, because libjpeg fills missing data with grey and only warns. What
 * cameras get wrong is repaired first. The other decoders warn of trifles (unknown tags, odd gamma) and
 * report missing data as errors.
 */
function failOn(format: RenderedFormat): 'warning' | 'error' {
  return format === 'jpeg' ? 'warning' : 'error';
}

/** Prepares a picture for decoding: a path, or its bytes. */
export function decoderInput(
  format: RenderedFormat,
  picture: string | Buffer,
  { limitPixels }: WorkerLimits,
): DecoderInput {
  let origin = picture;
  let repairable = format === 'jpeg';
  let page = 0;

  const repair = async (cause?: unknown) => {
    const bytes = typeof origin === 'string' ? await readFile(origin) : origin;
    const repaired = repairable ? repairJpeg(bytes) : undefined;
    repairable = false;
    if (!repaired) throw new ProblemError({ kind: 'corrupt-image' }, { cause });
    origin = repaired;
  };

  const attempt = <T>(pass: DecodePass, work: (image: Sharp) => Promise<T>) => {
    openLoaderOf(format);
    const image = sharp(origin, {
      failOn: failOn(format),
      limitInputPixels: pass.headerOnly || format === 'jpeg' ? false : limitPixels,
      sequentialRead: true,
      animated: pass.animated ?? false,
      ...((pass.page ?? page) > 0 && { page: pass.page ?? page }),
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
        await repair(cause);
        return this.decode(pass, work);
      }
    },
    repair: () => repair(),
    selectPage(number) {
      page = number;
    },
  };
}
