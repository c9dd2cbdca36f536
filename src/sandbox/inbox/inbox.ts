import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SubjectReference } from '../../domain/index.ts';
import { readContentType } from '../../gateway/intake/content-type.ts';
import type { RequestDetail, RequestReport } from '../../gateway/reports/request-report.ts';
import type { PictureDescriber } from '../../imaging/imaging.ts';
import { clientFamily } from '../../usage/client-family.ts';
import { describePatiently } from './describe-patiently.ts';
import { explainRefusal, type RefusedRequest } from './explain-refusal.ts';
import { type FormPart, readParts } from './read-parts.ts';
import type { ReceivedFile, ReceivedUpload } from './received-upload.ts';
import type { ExchangeRecording } from './record-exchange.ts';

/** How much the inbox keeps. The oldest uploads are dropped first. */
export interface InboxLimits {
  /** Default 200. */
  readonly uploads: number;
  /**
   * Of all requests' bodies together; default 64 MiB. A longer body is not kept, and its files are unknown.
   */
  readonly bytes: number;
}

/** Which uploads to find. A property that is left out matches all. */
export interface UploadQuery {
  readonly dialect?: string;
  readonly operationId?: string;
  /** The id in the request, or the person to whom it leads. */
  readonly subject?: string;
  readonly method?: string;
  readonly status?: number;
  readonly problem?: string;
  readonly credentialId?: string;
  readonly client?: string;
  /** Of any of its files, e.g. `jpeg`. */
  readonly format?: string;
  /** Of any of its files. */
  readonly fileName?: string;
  readonly sha256?: string;
}

/** An upload, with the bytes of its request. */
export interface KeptUpload {
  readonly upload: ReceivedUpload;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** In the order of `upload.files`. */
  readonly contents: readonly Buffer[];
}

/** An exchange that has ended, with the bytes that went over the connection. */
export interface RecordedExchange {
  readonly report: RequestReport;
  readonly detail: RequestDetail;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly recording: ExchangeRecording;
  readonly receivedAtMs: number;
}

/** What changed. */
export type InboxEvent =
  | { readonly kind: 'upload'; readonly upload: ReceivedUpload }
  | { readonly kind: 'cleared' };

/** The uploads that a sandbox received. */
export interface Inbox {
  /** In the order in which they ended. Waits for uploads that are being examined. */
  list(query?: UploadQuery): Promise<readonly ReceivedUpload[]>;
  /** The uploads that match, once there are `n`; `undefined` after `timeoutMs`. */
  waitFor(query: UploadQuery, n: number, timeoutMs: number): Promise<readonly ReceivedUpload[] | undefined>;
  find(id: string): Promise<KeptUpload | undefined>;
  /** How many were dropped for newer ones. */
  readonly dropped: number;
  /** Calls `listener` until the returned function is called. */
  watch(listener: (event: InboxEvent) => void): () => void;
  clear(): void;
  /** Adds an exchange, if it is an upload. */
  receive(exchange: RecordedExchange): void;
  /** Resolves when no upload is being examined. */
  settle(): Promise<void>;
}

/** What the inbox needs from the sandbox. */
export interface InboxParts {
  readonly limits: InboxLimits;
  readonly imaging: PictureDescriber;
  /** The facts about the request's dialect and operation. */
  explain(report: RequestReport): RefusedRequest;
  /** The person to whom an id of the request's dialect leads. */
  personOf(report: RequestReport, subject: string): string | undefined;
  /** Resolves when the list of exchanges is complete. Called before uploads are searched. */
  settled(): Promise<void>;
}

/** Keeps uploads and the facts about them. */
export function createInbox({ limits, imaging, explain, personOf, settled }: InboxParts): Inbox {
  const listeners = new Set<(event: InboxEvent) => void>();
  const pending = new Set<Promise<void>>();
  let kept: KeptUpload[] = [];
  let dropped = 0;
  let generation = 0;

  function keep(upload: KeptUpload): void {
    kept.push(upload);
    let bytes = kept.reduce((sum, { body }) => sum + body.byteLength, 0);
    while (kept.length > limits.uploads || bytes > limits.bytes) {
      bytes -= kept.shift()?.body.byteLength ?? 0;
      dropped += 1;
    }
    for (const listener of listeners) listener({ kind: 'upload', upload: upload.upload });
  }

  async function examine(exchange: RecordedExchange, before: Promise<unknown>): Promise<void> {
    const received = generation;
    // Uploads are in the order in which they ended. They are examined one after the other, so that the
    // workers are free for uploads under way.
    await before;
    const upload = await describeUpload(exchange, { imaging, explain, personOf });
    if (received === generation) keep(upload);
  }

  const settle = async () => {
    await settled();
    await Promise.all(pending);
  };
  const matching = (query: UploadQuery) =>
    kept.map(({ upload }) => upload).filter((upload) => matches(upload, query));
  let last: Promise<void> = Promise.resolve();

  return {
    get dropped() {
      return dropped;
    },
    async list(query = {}) {
      await settle();
      return matching(query);
    },
    async waitFor(query, n, timeoutMs) {
      await settle();
      return new Promise((resolve) => {
        const look = () => {
          const found = matching(query);
          if (found.length >= n) finish(found);
        };
        const finish = (found: readonly ReceivedUpload[] | undefined) => {
          clearTimeout(timer);
          listeners.delete(look);
          resolve(found);
        };
        const timer = setTimeout(() => finish(undefined), timeoutMs);
        listeners.add(look);
        look();
      });
    },
    async find(id) {
      await settle();
      return kept.find(({ upload }) => upload.id === id);
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear() {
      kept = [];
      dropped = 0;
      generation += 1;
      for (const listener of listeners) listener({ kind: 'cleared' });
    },
    receive(exchange) {
      if (!isUpload(exchange, explain(exchange.report))) return;
      const looking = examine(exchange, last);
      last = looking;
      pending.add(looking);
      void looking.finally(() => pending.delete(looking));
    },
    settle,
  };
}

/**
 * Whether the request is an upload. A body for an unknown path or method counts as well, because a wrong
 * address is a common mistake.
 */
function isUpload({ report, recording }: RecordedExchange, { loaded, documented }: RefusedRequest): boolean {
  const operation = loaded?.dialect.operations[documented?.operationId ?? ''];
  if (operation) return operation.body === 'pictures';
  return report.operationId === undefined && (recording.requestBody?.byteLength ?? 1) > 0;
}

async function describeUpload(
  { report, detail, target, headers, rawHeaders, recording, receivedAtMs }: RecordedExchange,
  { imaging, explain, personOf }: Pick<InboxParts, 'imaging' | 'explain' | 'personOf'>,
): Promise<KeptUpload> {
  const body = recording.requestBody ?? Buffer.alloc(0);
  const { mediaType, boundary } = readContentType(headers['content-type']);
  const length = headers['content-length'];
  const parts: FormPart[] =
    boundary !== undefined && mediaType?.startsWith('multipart/')
      ? readParts(body, boundary)
      : body.byteLength > 0
        ? [
            {
              ...(mediaType !== undefined && { type: mediaType }),
              content: body,
              whole: length === undefined || Number(length) === body.byteLength,
            },
          ]
        : [];
  const files = parts.filter(isFile);
  const described = await Promise.all(files.map((part) => describeFile(part, imaging)));
  const subject = subjectText(detail.subject);
  const person = subject === undefined ? undefined : personOf(report, subject);
  const upload: ReceivedUpload = {
    id: report.requestId,
    receivedAt: new Date(receivedAtMs).toISOString(),
    ...(report.dialect !== undefined && { dialect: report.dialect }),
    ...(report.operationId !== undefined && { operationId: report.operationId }),
    method: report.method,
    target,
    ...(subject !== undefined && { subject }),
    ...(person !== undefined && { person }),
    ...(report.credentialId !== undefined && { credentialId: report.credentialId }),
    client: clientFamily(report.userAgent),
    ...(report.userAgent !== undefined && { userAgent: report.userAgent }),
    body: {
      framing: length === undefined ? 'chunked' : 'length',
      ...(length !== undefined && { announcedBytes: Number(length) }),
      receivedBytes: Math.max(report.receivedBytes, body.byteLength),
      ...(headers['content-type'] !== undefined && { contentType: headers['content-type'] }),
      ...(boundary !== undefined && { boundary }),
    },
    files: described,
    fields: parts
      .filter((part) => !isFile(part))
      .map(({ name = '', content }) => ({ name, value: content.toString('utf8', 0, 1000) })),
    response: {
      status: report.status,
      headers: recording.responseHeaders,
      body: recording.responseBody,
    },
    ...(detail.problem && { refusal: explainRefusal(detail.problem, explain(report)) }),
  };
  return { upload, headers, rawHeaders, body, contents: files.map(({ content }) => content) };
}

/** A part with a file name or a type of its own is a file. A part without either is text. */
function isFile({ name, fileName, type }: FormPart): boolean {
  return name === undefined || fileName !== undefined || (type !== undefined && !type.startsWith('text/'));
}

async function describeFile(part: FormPart, imaging: PictureDescriber): Promise<ReceivedFile> {
  const { name, fileName, type, content, whole } = part;
  const { mediaType, format, header } = await describePatiently(imaging, content);
  return {
    ...(name !== undefined && { part: name }),
    ...(fileName !== undefined && { fileName }),
    ...(type !== undefined && { announcedType: type }),
    ...(mediaType !== undefined && { detectedType: mediaType }),
    ...(format !== undefined && { format }),
    bytes: content.byteLength,
    sha256: createHash('sha256').update(content).digest('hex'),
    ...(header && { picture: header }),
    whole,
  };
}

function subjectText(subject: SubjectReference | undefined): string | undefined {
  switch (subject?.kind) {
    case 'alias':
      return subject.id;
    case 'identifier':
      return subject.value;
    case 'key':
      return subject.key;
    default:
      return undefined;
  }
}

function matches(upload: ReceivedUpload, query: UploadQuery): boolean {
  const { format, fileName, sha256, status, problem, method, subject, ...rest } = query;
  return (
    (status === undefined || status === upload.response.status) &&
    (problem === undefined || problem === upload.refusal?.problem) &&
    (subject === undefined || subject === upload.subject || subject === upload.person) &&
    (method === undefined || method.toUpperCase() === upload.method) &&
    (format === undefined || upload.files.some((file) => file.format === format)) &&
    (fileName === undefined || upload.files.some((file) => file.fileName === fileName)) &&
    (sha256 === undefined || upload.files.some((file) => file.sha256 === sha256)) &&
    keysOf(rest).every((key) => rest[key] === undefined || rest[key] === upload[key])
  );
}

function keysOf<T extends object>(value: T): readonly (keyof T)[] {
  return Object.keys(value) as (keyof T)[];
}
