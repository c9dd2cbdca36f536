import type { Json } from './json.ts';
import type { StoredPicture } from './profile-image.ts';
import type { Upload } from './upload.ts';

/** The part of a request that is known before its body. */
export interface WireRequestHead {
  /** Absent when no operation matched. */
  readonly operationId?: string;
  readonly method: string;
  /** The path as sent, without the query. */
  readonly path: string;
  /** Path parameters, percent-decoded, by the document's names. */
  readonly params: Readonly<Record<string, string>>;
  /** Every value of every query key, percent-decoded, in order. */
  readonly query: Readonly<Record<string, readonly string[]>>;
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A whole request as plain values. */
export interface WireRequest extends WireRequestHead {
  /** The parsed body of a JSON operation. */
  readonly json?: Json;
  /** The lines of an operation that takes one JSON value a line. */
  readonly lines?: readonly JsonLine[];
  /** The files, already held against the intake policy's number, names and sizes. */
  readonly uploads: readonly Upload[];
}

/** One line of a list of JSON values. Without a value where the line is no JSON. */
export interface JsonLine {
  /** The first line is 1; empty ones count. */
  readonly row: number;
  readonly value?: Json;
}

/** What follows the head of an answer. */
export type WireBody =
  | { readonly kind: 'json'; readonly value: Json }
  | { readonly kind: 'text'; readonly text: string }
  /** The gateway streams the stored picture, with ETag, Range and conditional requests. */
  | {
      readonly kind: 'picture';
      readonly picture: StoredPicture;
      readonly attachment: boolean;
      /** When the image was written; gives Last-Modified. */
      readonly modifiedAtMs?: number;
    }
  | { readonly kind: 'none' };

/**
 * An answer as plain values. The gateway adds Content-Length, Date, the request id and its security headers.
 */
export interface WireResponse {
  readonly status: number;
  /**
   * Names in the spelling that goes on the wire; must name Content-Type where there is a body (pictures
   * excepted).
   */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: WireBody;
  /** Facts that the request's log line repeats, e.g. Smartsheet's `refId`. Never personal data. */
  readonly logFields?: Readonly<Record<string, string>>;
}
