import type { ByteSource } from './byte-source.ts';

/** Two pictures, decoded, upright and laid over each other. */
export interface PictureComparison {
  /** Whether a person would take them for the same picture. */
  readonly same: boolean;
  /** Mean difference of the pixels, 0 (equal) to 1, after both were scaled to the same small size. */
  readonly distance: number;
  /** Pixels, upright. */
  readonly sizes: readonly [PictureSize, PictureSize];
}

/** Pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Looks at pictures, not at bytes. Bounded in time and memory for every input. */
export interface PictureComparer {
  /** `undefined` where one of them cannot be decoded. */
  compare(one: ByteSource, other: ByteSource): Promise<PictureComparison | undefined>;
}
