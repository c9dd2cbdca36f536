import type multer from 'multer';
import {
  type IntakePolicy,
  type Problem,
  ProblemError,
  StoreError,
  type Upload,
} from '../../domain/index.ts';
import { errorCode } from '../../failures/error-code.ts';
import { ClientGone } from './client-gone.ts';
import { cleanFileName } from './file-name.ts';
import { createFormFeed, type FormFeed, plainDelimiter } from './form-feed.ts';
import type { FormParser } from './form-parser.ts';
import { formProblem } from './form-problem.ts';
import type { IncomingBody } from './incoming-body.ts';
import type { UploadSession } from './upload-store.ts';

/** What the parser says when a form has more parts than it may, and multer's name for it. */
const PARSER_LIMITS = [
  ['partsLimit', 'LIMIT_PART_COUNT'],
  ['filesLimit', 'LIMIT_FILE_COUNT'],
  ['fieldsLimit', 'LIMIT_FIELD_COUNT'],
] as const;

/** multer's storage: every wanted file goes to the exchange's session, and the first fault ends the whole body at once. */
export class FormFiles implements multer.StorageEngine {
  readonly #body: IncomingBody;
  readonly #policy: IntakePolicy;
  readonly #session: UploadSession;
  readonly #known: ReadonlySet<string> | undefined;
  readonly #uploads: (Upload | undefined)[] = [];
  #feed: FormFeed | undefined;
  #sentAsText = false;
  #discarding: Promise<unknown> = Promise.resolve();

  constructor(body: IncomingBody, policy: IntakePolicy, session: UploadSession, known?: ReadonlySet<string>) {
    this.#body = body;
    this.#policy = policy;
    this.#session = session;
    this.#known = known;
  }

  readonly filter: NonNullable<multer.Options['fileFilter']> = (_request, file, decide) => {
    decide(null, this.#isWanted(file.fieldname));
  };

  /** Feeds the parser under the body's watch. */
  readonly feed = (_request: unknown, parser: FormParser): void => {
    const fail = (cause: unknown) => this.#body.refuse(this.errorFor(cause));
    parser.on('error', fail);
    // multer would tell of these only when the whole body has been read.
    for (const [limit, code] of PARSER_LIMITS) parser.on(limit, () => fail({ code }));
    parser.on('field', (name) => this.#noteText(name));
    parser.on('file', (name, _stream, { filename }) => {
      if (!filename) this.#noteText(name);
    });
    const { request, signal } = this.#body;
    this.#feed = createFormFeed(parser, plainDelimiter(request.headers['content-type']), signal);
    void this.#pour(parser, this.#feed);
  };

  async #pour(parser: FormParser, feed: FormFeed): Promise<void> {
    try {
      await this.#body.read(feed.take);
      if (this.#body.receivedBytes === 0) throw new ProblemError({ kind: 'body-missing' });
      await feed.end();
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
    const { destroyed, complete } = this.#body.request;
    if (destroyed && !complete) return new ClientGone({ cause });
    // A MulterError is made by hand and no `Error` in the strict sense.
    const code = errorCode(cause);
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
    const feed = this.#feed;
    if (!feed) throw new Error('a file came out of a parser that was not fed');
    const upload = await this.#session.take(
      (take) => feed.readFile(file.stream, take),
      {
        fieldName: file.fieldname,
        ...(fileName !== undefined && { fileName }),
        declaredType: file.mimetype,
      },
      { maxBytes, ...(this.#known && { known: this.#known }) },
    );
    this.#uploads[place] = upload;
    // Others may have begun before this one was put away.
    if (surplus === 'last-wins' && place < this.#uploads.length - maxFiles) this.#drop(place);
  }

  #drop(place: number): void {
    const upload = this.#uploads[place];
    if (!upload) return;
    this.#uploads[place] = undefined;
    // What cannot be removed stays with the session, whose release tells of it.
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
