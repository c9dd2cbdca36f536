import type { PictureFormat } from './picture-format.ts';

/** What a dialect accepts as an upload. Data only: the gateway and `imaging` enforce it. */
export interface IntakePolicy {
  /** Formats accepted, judged by the bytes. */
  readonly formats: readonly PictureFormat[];
  /** Smallest file in bytes, inclusive. */
  readonly minBytes: number;
  /** Largest file in bytes, inclusive. */
  readonly maxBytes: number;
  /** Most files in one request. */
  readonly maxFiles: number;
  /** How many slots a subject has in this dialect; slot numbers are 0 to slots - 1. */
  readonly slots: number;
  /** How the body may arrive. `raw`: the body is the file, and its Content-Type is ignored. */
  readonly bodies: readonly ('multipart' | 'raw')[];
  /** The multipart part that carries the file; `any` takes the only file part, under any name. */
  readonly field: 'any' | { readonly name: string; readonly ignoreCase: boolean };
  /** What to do with more file parts than `maxFiles`: refuse them, or let the last one win. */
  readonly surplus: 'refuse' | 'last-wins';
  /** When the dialect's own rendition is made: with the upload, or when it is first read. */
  readonly renders: 'at-upload' | 'at-first-read';
  /**
   * Two updates of one subject that overlap: the later commit is refused (`conflict`), or the last writer
   * wins.
   */
  readonly overlap: 'refuse' | 'last-writer-wins';
}
