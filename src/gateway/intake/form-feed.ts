import type { Readable } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { createDelimiterFinder } from './delimiter-finder.ts';
import type { FormParser } from './form-parser.ts';
import { pump, type TakeChunk } from './pump.ts';

/** Brings a form's body to its parser, and the middle of its files past it. */
export interface FormFeed {
  /** Takes the body's next chunk; a promise asks the sender to wait. */
  take: TakeChunk;
  /**
   * Reads one of the parser's files to its end. While the parser has nothing of it left, `take` gets its bytes straight from the body.
   */
  readFile(stream: Readable, take: TakeChunk): Promise<void>;
  /**
   * Tells the parser that the body is over and waits until its files are. Throws where one of them never will be: between two delimiters that
   * lie awkwardly in their chunks the parser overlooks the second and waits for bytes that cannot come.
   */
  end(): Promise<void>;
}

/** How often files that somebody still reads are looked at, in milliseconds. */
const LOOK_EVERY_MS = 20;

/** No form that is accepted has as many; after that the parser sees everything, or one of nothing but delimiters would be cut up for seconds. */
const MOST_DELIMITERS = 128;

/**
 * A feed. The parser looks at every byte in JavaScript and sends each chunk of a file through one more stream; for a photograph that is a
 * fifth of the main process's time (docs/decisions/1007). So the engine's own search looks for the delimiter, and a chunk of a file that
 * holds none goes straight to whoever takes the file. Whatever else there is, the parser sees, in pieces that end where delimiters end, so that it
 * is plain which file is open. `delimiter` is absent where its spelling is not: then the parser sees everything.
 */
export function createFormFeed(
  parser: FormParser,
  delimiter: Buffer | undefined,
  signal: AbortSignal,
): FormFeed {
  let finder = delimiter && createDelimiterFinder(delimiter);
  let delimiters = 0;
  const unfinished = new Set<Readable>();
  parser.on('file', (_name, stream) => {
    unfinished.add(stream);
    stream.on('close', () => unfinished.delete(stream));
    // multer leaves a file alone that it refuses for its name: what nobody reads, nobody would ever see the end of.
    if (stream.readableFlowing === null) stream.resume();
  });
  let file: { readonly stream: Readable; readonly take: TakeChunk } | undefined;
  /** Whether the parser keeps the last bytes that it got until it knows whether they are a delimiter. The body begins with some. */
  let parserHolds = true;

  function write(piece: Buffer): Promise<void> | undefined {
    const { promise, resolve } = Promise.withResolvers<void>();
    parser.write(piece, () => resolve());
    return parser.writableLength === 0 ? undefined : settled(promise, parser, signal);
  }

  async function writePieces(chunk: Buffer, ends: readonly number[]): Promise<void> {
    let from = 0;
    for (const end of ends) {
      if (signal.aborted) return;
      await write(chunk.subarray(from, end));
      file = undefined;
      from = end;
    }
    parserHolds = false;
    if (from < chunk.length) await takePiece(chunk.subarray(from));
  }

  function takePiece(piece: Buffer): Promise<void> | undefined {
    const open = parserHolds ? undefined : file;
    const pendingBytes = finder?.pendingBytes ?? 0;
    parserHolds = pendingBytes > 0;
    if (!open?.stream.readableFlowing || open.stream.readableLength > 0) return write(piece);
    const known = piece.length - pendingBytes;
    const taken = known > 0 ? open.take(piece.subarray(0, known)) : undefined;
    const written = pendingBytes > 0 ? write(piece.subarray(known)) : undefined;
    return written && taken ? Promise.all([taken, written]).then(() => undefined) : (taken ?? written);
  }

  return {
    take(chunk) {
      if (!finder) return write(chunk);
      const ends = finder.look(chunk);
      if (ends.length === 0) return takePiece(chunk);
      delimiters += ends.length;
      if (delimiters <= MOST_DELIMITERS) return writePieces(chunk, ends);
      finder = undefined;
      return write(chunk);
    },
    async readFile(stream, take) {
      const own = { stream, take };
      file = own;
      try {
        await pump(stream, take, signal);
      } finally {
        if (file === own) file = undefined;
      }
    },
    async end() {
      parser.end();
      await nextTurn();
      while (unfinished.size > 0 && !signal.aborted) {
        const waiting = [...unfinished].filter(isDrained);
        await pause(LOOK_EVERY_MS);
        if (waiting.some((stream) => unfinished.has(stream)))
          throw new Error('a file of the form has no end');
      }
    },
  };
}

/** Whoever reads it has all that the parser gave; what comes next can only be its end, and that takes no time. */
function isDrained(stream: Readable): boolean {
  return stream.readableFlowing === true && stream.readableLength === 0;
}

/** Resolves when the parser has taken what it was given, or never will. */
async function settled(taken: Promise<void>, parser: FormParser, signal: AbortSignal): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const giveUp = () => resolve();
  parser.on('close', giveUp);
  signal.addEventListener('abort', giveUp);
  try {
    await Promise.race([taken, over]);
  } finally {
    parser.removeListener('close', giveUp);
    signal.removeEventListener('abort', giveUp);
  }
}

/** The delimiter of a form whose Content-Type can be read in one way only; others are for the parser to judge. */
export function plainDelimiter(contentType: string | undefined): Buffer | undefined {
  const found =
    /^multipart\/form-data; ?boundary=(?:"([\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?])"|([\w'+\-.]{1,70}))$/i.exec(
      contentType ?? '',
    );
  const boundary = found?.[1] ?? found?.[2];
  return boundary === undefined ? undefined : Buffer.from(`\r\n--${boundary}`, 'latin1');
}
