import type { Readable } from 'node:stream';

/** The part of busboy's parser that is used here; multer hands it over without a type. */
export interface FormParser extends NodeJS.WritableStream {
  destroy(error: Error): unknown;
  /** Bytes that were written and are not taken yet. */
  readonly writableLength: number;
  on(event: 'field', listener: (name: string | undefined) => void): this;
  on(
    event: 'file',
    listener: (name: string | undefined, stream: Readable, info: { filename?: string }) => void,
  ): this;
  on(event: 'error', listener: (cause: unknown) => void): this;
  on(event: string, listener: (...values: never[]) => void): this;
}
