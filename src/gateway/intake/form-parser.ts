import type { Readable } from 'node:stream';

/** The part of busboy's parser that is used here; multer hands it over without a type. */
export interface FormParser extends NodeJS.WritableStream {
  on(event: 'field', listener: (name: string | undefined, text: string) => void): this;
  on(
    event: 'file',
    listener: (name: string | undefined, stream: Readable, info: { filename?: string }) => void,
  ): this;
  on(event: string, listener: (...values: never[]) => void): this;
}
