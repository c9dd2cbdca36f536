import type { ProblemKind } from '../../domain/index.ts';
import type { PictureDescription } from '../../imaging/job.ts';

/** A file as it came, accepted or not. */
export interface ReceivedFile {
  /** The name of the form's part; absent where the body was the file. */
  readonly part?: string;
  readonly fileName?: string;
  /** The media type that the sender gave. */
  readonly announcedType?: string;
  /** The media type by the bytes; absent where their format is unknown. */
  readonly detectedType?: string;
  readonly format?: PictureDescription['format'];
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** What the header says; absent where it cannot be read. */
  readonly picture?: NonNullable<PictureDescription['header']>;
  /** `false` where the request broke off within the file. */
  readonly whole: boolean;
}

/** Why an upload was refused, in words for a person. */
export interface Refusal {
  readonly problem: ProblemKind;
  /** The rule that it broke, with the figures of this request. */
  readonly rule: string;
  /** The place of the rule in the served document: a JSON pointer. */
  readonly place: string;
  /** What would have been accepted. */
  readonly accepted: string;
}

/** An upload that the sandbox received. */
export interface ReceivedUpload {
  /** Also the `X-Request-Id` of its answer. */
  readonly id: string;
  /** By the sandbox's clock. */
  readonly receivedAt: string;
  readonly dialect?: string;
  readonly operationId?: string;
  readonly method: string;
  /** Path with query, as sent. */
  readonly target: string;
  /**
   * The person of the picture, in the words of the request: an id of the dialect, or the owner of the
   * credential.
   */
  readonly subject?: string;
  /** The person of the settings to whom that id leads. */
  readonly person?: string;
  readonly credentialId?: string;
  /** The client's User-Agent without its version, e.g. `okhttp`. */
  readonly client: string;
  readonly userAgent?: string;
  readonly body: {
    readonly framing: 'length' | 'chunked';
    readonly announcedBytes?: number;
    readonly receivedBytes: number;
    readonly contentType?: string;
    readonly boundary?: string;
  };
  readonly files: readonly ReceivedFile[];
  /** The form's text parts. */
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly response: {
    /** 499 where the client left before its answer. */
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** Up to 64 KiB of text. */
    readonly body: string;
  };
  readonly refusal?: Refusal;
}
