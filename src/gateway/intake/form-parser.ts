/** The part of busboy's parser that is used here; multer hands it over without a type. */
export interface FormParser extends NodeJS.WritableStream {
  destroy(error: Error): unknown;
  on(event: 'field', listener: (name: string | undefined) => void): this;
  on(
    event: 'file',
    listener: (name: string | undefined, stream: unknown, info: { filename?: string }) => void,
  ): this;
  on(event: 'error', listener: (cause: unknown) => void): this;
  on(event: string, listener: (...values: never[]) => void): this;
}

/** Resolves when the parser takes more, or never will. */
export function drained(parser: FormParser, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      parser.removeListener('drain', settle).removeListener('close', settle);
      signal.removeEventListener('abort', settle);
      resolve();
    };
    parser.on('drain', settle).on('close', settle);
    signal.addEventListener('abort', settle);
  });
}
