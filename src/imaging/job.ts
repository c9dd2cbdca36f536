import type { PictureFacts, PictureFormat, Problem, RenditionRecipe } from '../domain/index.ts';

/** What a worker is told when it starts. Type aliases, so that they are `Json`. */
export type WorkerLimits = {
  /** Width × height × frames. */
  readonly limitPixels: number;
  readonly limitSidePixels: number;
};

/** A job as the worker gets it; the bytes are the frame's body where there is no path. */
export type JobRequest = {
  readonly path?: string;
  readonly accepted: PictureFormat[];
  readonly recipes: RecipeData[];
  /** Renditions too large for the frame go to files named `<scratch>-<index>`. */
  readonly scratch: string;
};

/** `RenditionRecipe` as plain data. */
export type RecipeData = { [K in keyof RenditionRecipe]: RenditionRecipe[K] };

/** One rendition as the worker reports it; its bytes are the next ones of the frame's body, or in the scratch file. */
export type RenditionReport = {
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly inScratch: boolean;
};

/** What a worker says. `ready` and `unfit` come once, at its start; then one answer for each job. */
export type WorkerAnswer =
  | { readonly kind: 'ready' }
  /** A loader that must be blocked is not. */
  | { readonly kind: 'unfit'; readonly reason: string }
  | {
      readonly kind: 'done';
      readonly facts: { [K in keyof PictureFacts]: PictureFacts[K] };
      readonly renditions: RenditionReport[];
    }
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** A mistake of ours, not of the picture. */
  | { readonly kind: 'failed'; readonly reason: string };
