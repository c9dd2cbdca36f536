import type { ByteSource } from './byte-source.ts';
import type { PictureFormat } from './picture-format.ts';
import type { RenditionRecipe } from './rendition.ts';

/** What the bytes turned out to be. */
export interface PictureFacts {
  readonly format: PictureFormat;
  /** Pixels, upright; 0 where the format is recognised but not decoded. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly transparent: boolean;
  /** Whether it is decoded; otherwise every rendition is the file itself with its metadata blanked. */
  readonly decodable: boolean;
}

/** A rendition that was made; hand its source to the object store, then `release` the whole result. */
export interface RenderedPicture {
  /** `renditionName` of its recipe. */
  readonly name: string;
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** Lower-case hex SHA-256. */
  readonly sha256: string;
  readonly source: ByteSource;
}

/** The result of `process`. */
export interface ProcessedPicture {
  readonly facts: PictureFacts;
  /** In the order asked for. */
  readonly renditions: readonly RenderedPicture[];
  /** Removes whatever the result holds on disk; call it once the sources are stored. */
  release(): Promise<void>;
}

/**
 * Bytes → verified picture → renditions. Bounded in time and memory for every input; safe to call from many requests at
 * once.
 */
export interface Imaging {
  /**
   * Recognises, verifies by decoding (where the decoder has the format) and renders. A rendition of a format without a decoder is the same
   * file, of the same length, in which whatever is not the picture is overwritten; its width and height are 0.
   * Throws `ProblemError`: `unsupported-format`, `corrupt-image`, `image-too-complex`, `overloaded`.
   */
  process(job: {
    readonly source: ByteSource;
    readonly accepted: readonly PictureFormat[];
    readonly recipes: readonly RenditionRecipe[];
  }): Promise<ProcessedPicture>;
  /** Resolves when the workers are ready; throws where a loader that must be blocked cannot be. */
  start(): Promise<void>;
  /** Ends every worker; jobs under way finish first, for at most `graceSeconds`. */
  stop(graceSeconds: number): Promise<void>;
}
