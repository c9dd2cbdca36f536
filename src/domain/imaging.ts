import type { ByteSource } from './byte-source.ts';
import type { PictureFormat } from './picture-format.ts';
import type { RenditionRecipe } from './rendition.ts';

/** What the bytes turned out to be. */
export interface PictureFacts {
  readonly format: PictureFormat;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly transparent: boolean;
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
  /** In the order asked for; empty where they were left out. */
  readonly renditions: readonly RenderedPicture[];
  /** Removes the result's files. Call it once the sources are stored. */
  release(): Promise<void>;
}

/**
 * Bytes → verified picture → renditions. Bounded in time and memory for every input; safe to call from many
 * requests at once.
 */
export interface Imaging {
  /**
   * Detects the format, verifies by decoding and renders. Throws `ProblemError`: `unsupported-format`,
   * `corrupt-image`, `image-too-complex`, `overloaded`.
   */
  process(job: {
    readonly source: ByteSource;
    readonly accepted: readonly PictureFormat[];
    readonly recipes: readonly RenditionRecipe[];
    /**
     * Leaves out all renditions where the format alone proves that they can be made later within the limits,
     * because it streams. The picture as a whole is verified all the same.
     */
    readonly deferrable?: boolean;
  }): Promise<ProcessedPicture>;
  /** Resolves when the workers are ready; throws where a loader that must be blocked cannot be. */
  start(): Promise<void>;
  /** Ends every worker; jobs under way finish first, for at most `graceSeconds`. */
  stop(graceSeconds: number): Promise<void>;
}
