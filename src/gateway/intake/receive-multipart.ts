import multer from 'multer';
import {
  type IntakePolicy,
  type Problem,
  ProblemError,
  StoreError,
  type Upload,
} from '../../domain/index.ts';
import { ClientGone } from './client-gone.ts';
import { cleanFileName } from './file-name.ts';
import type { IncomingBody } from './incoming-body.ts';
import { pump } from './pump.ts';
import type { UploadSession } from './upload-store.ts';

/** What a form may hold beside its files. Real forms have a handful of short fields. */
const FORM_LIMITS = {
  fieldNameSize: 200,
  fieldSize: 65_536,
  fields: 50,
  parts: 80,
  headerPairs: 50,
  fieldNestingDepth: 5,
  fieldArrayIndexLimit: 50,
} as const;

/** File parts beyond the policy's number that are read and thrown away before the form is refused. */
const SPARE_FILES = 20;

/**
 * Receives a multipart form under a dialect's policy: the wanted file parts in their order, everything else read and dropped.
 * Throws `file-missing`, `too-many-files`, `file-too-large`, `body-malformed`, and what `IncomingBody.read` throws.
 */
export async function receiveMultipart(
  body: IncomingBody,
  policy: IntakePolicy,
  session: UploadSession,
): Promise<readonly Upload[]> {
  const form = new FormFiles(body, policy, session);
  // multer waits for the end of the request before it reports an error; the body's own signal is faster.
  const failed = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(body.signal.reason);
    if (body.signal.aborted) stop();
    else body.signal.addEventListener('abort', stop, { once: true });
  });
  await Promise.race([parse(body, policy, form), failed]);
  return form.wanted();
}

function parse(body: IncomingBody, policy: IntakePolicy, form: FormFiles): Promise<void> {
  const options: multer.Options & { streamHandler: FormFiles['feed'] } = {
    storage: form,
    defParamCharset: 'utf8',
    limits: { ...FORM_LIMITS, fileSize: policy.maxBytes, files: policy.maxFiles + SPARE_FILES },
    fileFilter: form.filter,
    streamHandler: form.feed,
  };
  return new Promise((resolve, reject) => {
    multer(options).any()(body.request, body.response, (cause: unknown) => {
      if (cause === undefined || cause === null) resolve();
      else reject(form.errorFor(cause));
    });
  });
}

/** The part of busboy's parser that is used here; multer hands it over without a type. */
interface FormParser extends NodeJS.WritableStream {
  destroy(error: Error): unknown;
  on(event: 'field', listener: (name: string | undefined) => void): this;
  on(
    event: 'file',
    listener: (name: string | undefined, stream: unknown, info: { filename?: string }) => void,
  ): this;
  on(event: 'error', listener: (cause: unknown) => void): this;
  on(event: string, listener: (...values: never[]) => void): this;
}

/** multer's storage: every wanted file goes to the exchange's session, and the first fault ends the whole body at once. */
class FormFiles implements multer.StorageEngine {
  readonly #body: IncomingBody;
  readonly #policy: IntakePolicy;
  readonly #session: UploadSession;
  readonly #uploads: (Upload | undefined)[] = [];
  #sentAsText = false;
  #discarding: Promise<void> = Promise.resolve();

  constructor(body: IncomingBody, policy: IntakePolicy, session: UploadSession) {
    this.#body = body;
    this.#policy = policy;
    this.#session = session;
  }

  readonly filter: NonNullable<multer.Options['fileFilter']> = (_request, file, decide) => {
    decide(null, this.#isWanted(file.fieldname));
  };

  /** Feeds the parser under the body's watch. */
  readonly feed = (_request: unknown, parser: FormParser): void => {
    const fail = (cause: unknown) => this.#body.refuse(this.errorFor(cause));
    parser.on('error', fail);
    parser.on('field', (name) => this.#noteText(name));
    parser.on('file', (name, _stream, { filename }) => {
      if (!filename) this.#noteText(name);
    });
    void this.#pour(parser);
  };

  async #pour(parser: FormParser): Promise<void> {
    try {
      await this.#body.read((chunk) =>
        parser.write(chunk) ? undefined : drained(parser, this.#body.signal),
      );
      if (this.#body.receivedBytes === 0) throw new ProblemError({ kind: 'body-missing' });
      parser.end();
    } catch (cause) {
      const error = this.errorFor(cause);
      this.#body.refuse(error);
      parser.destroy(error);
    }
  }

  _handleFile(
    _request: unknown,
    file: Express.Multer.File,
    done: (error?: unknown, info?: Partial<Express.Multer.File>) => void,
  ): void {
    void this.#store(file, done);
  }

  async #store(file: Express.Multer.File, done: (error?: unknown) => void): Promise<void> {
    try {
      await this.#take(file);
    } catch (cause) {
      // The rest of the part has to go somewhere, or the parser waits for ever.
      file.stream.resume();
      this.#body.refuse(this.errorFor(cause));
      done(cause);
      return;
    }
    done();
  }

  /** The session owns what was stored and removes it with the exchange. */
  _removeFile(_request: unknown, _file: Express.Multer.File, done: (error: Error | null) => void): void {
    done(null);
  }

  /** The files, once the form is complete. */
  async wanted(): Promise<readonly Upload[]> {
    await this.#discarding;
    const uploads = this.#uploads.filter((upload) => upload !== undefined);
    if (uploads.length > 0) return uploads;
    throw new ProblemError(this.#fileMissing());
  }

  /** What is known stays as it is; whatever else comes out of the parser is a form that it cannot read. */
  errorFor(cause: unknown): Error {
    const known = cause instanceof ProblemError || cause instanceof StoreError || cause instanceof ClientGone;
    if (known) return cause;
    const code = codeOf(cause);
    // A picture that was sent as a text field is too long for one; its sender is better told which field it was.
    if (code === 'LIMIT_FIELD_VALUE' && this.#sentAsText) return new ProblemError(this.#fileMissing());
    return new ProblemError(formProblem(code, this.#policy));
  }

  #fileMissing(): Problem {
    const { field } = this.#policy;
    return {
      kind: 'file-missing',
      field: field === 'any' ? 'file' : field.name,
      ...(this.#sentAsText && { sentAsText: true }),
    };
  }

  async #take(file: Express.Multer.File): Promise<void> {
    const place = this.#uploads.length;
    this.#uploads.push(undefined);
    const { maxFiles, maxBytes, surplus } = this.#policy;
    if (surplus === 'refuse' && place >= maxFiles) {
      throw new ProblemError({ kind: 'too-many-files', limit: maxFiles, field: file.fieldname });
    }
    if (surplus === 'last-wins' && place >= maxFiles) this.#drop(place - maxFiles);
    const fileName = cleanFileName(file.originalname);
    const upload = await this.#session.take(
      (take) => pump(file.stream, take, this.#body.signal),
      {
        fieldName: file.fieldname,
        ...(fileName !== undefined && { fileName }),
        declaredType: file.mimetype,
      },
      { maxBytes },
    );
    this.#uploads[place] = upload;
  }

  #drop(place: number): void {
    const upload = this.#uploads[place];
    this.#uploads[place] = undefined;
    if (upload) this.#discarding = this.#discarding.then(() => this.#session.discard(upload));
  }

  #isWanted(name: string): boolean {
    const { field } = this.#policy;
    if (field === 'any') return true;
    return field.ignoreCase ? name.toLowerCase() === field.name.toLowerCase() : name === field.name;
  }

  #noteText(name: string | undefined): void {
    if (name !== undefined && this.#policy.field !== 'any' && this.#isWanted(name)) this.#sentAsText = true;
  }
}

function drained(parser: FormParser, signal: AbortSignal): Promise<void> {
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

/** A MulterError is made by hand and no `Error` in the strict sense. */
function codeOf(cause: unknown): unknown {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}

const LIMIT_CODE = /^LIMIT_(PART|FIELD)_/;

/** multer's limits by their codes. */
function formProblem(code: unknown, policy: IntakePolicy): Problem {
  if (code === 'LIMIT_FILE_SIZE') return { kind: 'file-too-large', limitBytes: policy.maxBytes };
  if (code === 'LIMIT_FILE_COUNT') return { kind: 'too-many-files', limit: policy.maxFiles };
  const overLimit = typeof code === 'string' && LIMIT_CODE.test(code);
  return { kind: 'body-malformed', reason: overLimit ? 'limits' : 'syntax' };
}
