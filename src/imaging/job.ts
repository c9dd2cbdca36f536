import type { PictureFacts, PictureFormat, Problem, RenditionRecipe } from '../domain/index.ts';

/** The limits that a worker gets when it starts. These are type aliases, so that they are `Json`. */
export type WorkerLimits = {
  /** Width × height × frames. */
  readonly limitPixels: number;
  readonly limitSidePixels: number;
  /** How much resident memory the worker may have before it is killed. */
  readonly memoryBytes: number;
};

/** A job as the worker gets it. Without a path, the bytes are the frame's body. */
export type JobRequest = {
  /** Only says what the file is; verifies and renders nothing. */
  readonly describe?: true;
  readonly path?: string;
  readonly accepted: PictureFormat[];
  readonly recipes: RecipeData[];
  /** Whether the worker may leave out renditions that can certainly be made later. */
  readonly deferrable: boolean;
  /** Renditions too large for the frame go to files named `<scratch>-<index>`. */
  readonly scratch: string;
};

/** `RenditionRecipe` as plain data. */
export type RecipeData = { [K in keyof RenditionRecipe]: RenditionRecipe[K] };

/**
 * One rendition as the worker reports it. Its bytes come next in the frame's body, or are in the scratch
 * file.
 */
export type RenditionReport = {
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly inScratch: boolean;
};

/** What a file is by its first bytes and its header. None of it is verified. */
export type PictureDescription = {
  /** Absent where the bytes are in no known format. */
  readonly mediaType?: string;
  readonly format?: PictureFormat;
  /** Absent where there is no decoder for it, or the header cannot be read. */
  readonly header?: {
    /** Pixels, upright. */
    readonly width: number;
    readonly height: number;
    /** The number in EXIF, 1 to 8; 1 where there is none. */
    readonly orientation: number;
    /** The decoder's name for it, e.g. `srgb` or `cmyk`. */
    readonly colourSpace: string;
    /** The name in the ICC profile, where there is one. */
    readonly colourProfile?: string;
    readonly frames: number;
    readonly exif: boolean;
    readonly xmp: boolean;
    readonly iptc: boolean;
    /** Whether EXIF or XMP says where it was taken; absent where the EXIF cannot be read. */
    readonly location?: boolean;
  };
};

/** A message of a worker. `ready` or `unfit` comes once, at its start; then one answer comes for each job. */
export type WorkerAnswer =
  | { readonly kind: 'ready' }
  /** A loader that must be blocked is open. */
  | { readonly kind: 'unfit'; readonly reason: string }
  | {
      readonly kind: 'done';
      readonly facts: { [K in keyof PictureFacts]: PictureFacts[K] };
      readonly renditions: RenditionReport[];
    }
  | { readonly kind: 'described'; readonly description: PictureDescription }
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** A fault of the gateway, not of the picture. */
  | { readonly kind: 'failed'; readonly reason: string };
