import { pipeline } from 'node:stream';
import type multer from 'multer';
import {
  type IntakePolicy,
  type Problem,
  ProblemError,
  StoreError,
  type Upload,
} from '../../domain/index.ts';
import { errorCode } from '../../temporary-files/error-code.ts';
import { ClientGone } from './client-gone.ts';
import { cleanFileName } from './file-name.ts';
import type { FormParser } from './form-parser.ts';
import { formProblem } from './form-problem.ts';
import type { IncomingBody } from './incoming-body.ts';
import { createFormNormaliser, type FormNormaliser } from './normalise-form.ts';
import type { UploadSession } from './upload-store.ts';

/** What the parser says when a form has more parts than it may, and multer's name for it. */
const PARSER_LIMITS = [
  ['partsLimit', 'LIMIT_PART_COUNT'],
  ['filesLimit', 'LIMIT_FILE_COUNT'],
  ['fieldsLimit', 'LIMIT_FIELD_COUNT'],
] as const;

/** All text fields of a form together, in bytes: they are held in memory. */
export const MAX_TEXT_BYTES = 1_048_576;

/**
 * multer's storage. Every wanted file goes to the request's session. The first fault ends the whole body at
 * once.
 */
export class FormFiles implements multer.StorageEngine {
  readonly #body: IncomingBody;
  readonly #policy: IntakePolicy;
  readonly #session: UploadSession;
  readonly #uploads: (Upload | undefined)[] = [];
  readonly #normaliser: FormNormaliser;
  #textBytes = 0;
  #sentAsText = false;
  #discarding: Promise<unknown> = Promise.resolve();

  constructor(body: IncomingBody, boundary: string, policy: IntakePolicy, session: UploadSession) {
    this.#body = body;
    this.#policy = policy;
    this.#session = session;
    this.#normaliser = createFormNormaliser(boundary);
    // multer and its parser read the request's header, so they get the header of the form that they see.
    body.request.headers['content-type'] = this.#normaliser.contentType;
  }

  readonly filter: NonNullable<multer.Options['fileFilter']> = (_request, file, decide) => {
    decide(null, this.#isWanted(file.fieldname));
  };

  /** Feeds the parser under the body's watch. */
  readonly feed = (_request: unknown, parser: FormParser): void => {
    const fail = (cause: unknown) => this.#body.refuse(this.errorFor(cause));
    // multer would report these only when the whole body has been read.
    for (const [limit, code] of PARSER_LIMITS) parser.on(limit, () => fail({ code }));
    parser.on('field', (name, text) => {
      this.#noteText(name);
      this.#textBytes += text.length;
      if (this.#textBytes > MAX_TEXT_BYTES) fail({ code: 'LIMIT_FIELD_VALUE' });
    });
    parser.on('file', (name, stream, { filename }) => {
      if (!filename) this.#noteText(name);
      // multer does not read a file that it refuses for its name. Without a reader the parser would wait for
      // ever.
      if (stream.readableFlowing === null) stream.resume();
    });
    pipeline(this.#body.open(), this.#normaliser.stream, parser, (cause) => {
      if (cause) fail(cause);
    });
  };

  _handleFile(
    _request: unknown,
    file: Express.Multer.File,
    done: (error?: unknown, info?: Partial<Express.Multer.File>) => void,
  ): void {
    void this.#store(file, done);
  }

  async #store(file: Express.Multer.File, done: (error?: unknown) => void): Promise<void> {
    try {
      await this.#receive(file);
    } catch (cause) {
      this.#body.refuse(this.errorFor(cause));
      done(cause);
      return;
    }
    done();
  }

  /** The session owns what was stored and removes it with the request. */
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

  /** Known errors stay as they are. Any other error of the parser means that the form cannot be read. */
  errorFor(cause: unknown): Error {
    const known = cause instanceof ProblemError || cause instanceof StoreError || cause instanceof ClientGone;
    if (known) return cause;
    const { destroyed, complete } = this.#body.request;
    if (destroyed && !complete) return new ClientGone({ cause });
    if (complete && this.#body.receivedBytes === 0) return new ProblemError({ kind: 'body-missing' });
    // A MulterError is not created as a real `Error`.
    const code = errorCode(cause);
    // A picture that was sent as a text field is too long for one. The answer tells its sender which field it
    // was.
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

  async #receive(file: Express.Multer.File): Promise<void> {
    const place = this.#uploads.length;
    this.#uploads.push(undefined);
    const { maxFiles, maxBytes, surplus } = this.#policy;
    if (surplus === 'refuse' && place >= maxFiles) {
      throw new ProblemError({ kind: 'too-many-files', limit: maxFiles, field: file.fieldname });
    }
    if (surplus === 'last-wins' && place >= maxFiles) this.#drop(place - maxFiles);
    const fileName = cleanFileName(file.originalname);
    const upload = await this.#session.receive(
      file.stream,
      {
        fieldName: file.fieldname,
        ...(fileName !== undefined && { fileName }),
        declaredType: file.mimetype,
      },
      maxBytes,
    );
    this.#uploads[place] = upload;
    // Later files may have begun before this one was stored.
    if (surplus === 'last-wins' && place < this.#uploads.length - maxFiles) this.#drop(place);
  }

  #drop(place: number): void {
    const upload = this.#uploads[place];
    if (!upload) return;
    this.#uploads[place] = undefined;
    // A file that cannot be removed stays with the session, and its release reports it.
    this.#discarding = Promise.allSettled([this.#discarding, this.#session.discard(upload)]);
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
