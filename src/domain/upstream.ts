import type { Command, CommandOf } from './command.ts';
import type { Json } from './json.ts';
import type { PictureFormat } from './picture-format.ts';
import type { Problem } from './problem.ts';
import type { Subject, SubjectProfile } from './subject.ts';
import type { Upload } from './upload.ts';

/** One value that a translation could not carry over unchanged. */
export interface Loss {
  readonly field: string;
  /** `kept` verbatim elsewhere, `defaulted`, `synthesised` from other facts, or `dropped`. */
  readonly fate: 'kept' | 'defaulted' | 'synthesised' | 'dropped';
  readonly note: string;
}

/** A request that the gateway shall send to a legacy backend. */
export interface UpstreamRequest {
  readonly method: string;
  /** Below the backend's base address, with the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body:
    | { readonly kind: 'none' }
    | { readonly kind: 'json'; readonly value: Json }
    | { readonly kind: 'raw'; readonly upload: Upload; readonly contentType: string }
    | {
        readonly kind: 'multipart';
        readonly parts: readonly { readonly name: string; readonly upload: Upload }[];
      };
}

/** The answer of a legacy backend, as plain values. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where the body is JSON. */
  readonly json?: Json;
  readonly text?: string;
}

/** Whether an answer declares itself JSON and can be parsed as JSON. */
export function isJsonAnswer({ headers, json }: UpstreamAnswer): boolean {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/json' && json !== undefined;
}

/** Whether a JSON value is the id that was asked for. Long numbers are compared as they can be parsed. */
export function isId(value: Json | undefined, requestedId: string): boolean {
  return typeof value === 'number' ? value === Number(requestedId) : value === requestedId;
}

/** Whether a JSON value is a text, or none. */
export function isTextOrNone(value: Json | undefined): boolean {
  return value === undefined || value === null || typeof value === 'string';
}

/** An image as a backend describes it. */
export interface UpstreamImage {
  readonly slot: number;
  /**
   * Where its bytes can be fetched, absolute or below the backend's address; absent when the answer names
   * none.
   */
  readonly url?: string;
  /** A further request that leads to the address (Smartsheet's `imageurls`). */
  readonly locate?: UpstreamRequest;
  readonly format?: PictureFormat;
  readonly width?: number;
  readonly height?: number;
  readonly bytes?: number;
  readonly version?: number;
}

/** An answer in the domain's words. */
export type UpstreamOutcome =
  | { readonly kind: 'done'; readonly profile: SubjectProfile; readonly images: readonly UpstreamImage[] }
  | { readonly kind: 'located'; readonly urls: readonly (string | undefined)[] }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** A dialect spoken as a client. Pure; total for the commands it `supports`. */
export interface UpstreamTranslation<Options> {
  /** Commands that this API can express. Others are refused, never emulated. */
  readonly supports: readonly Command['kind'][];
  /** The request for a command, and the values that it could not express. */
  request(
    command: Command,
    context: {
      readonly subject: Subject;
      readonly options: Options;
      readonly aliases: Readonly<Record<string, string>>;
    },
  ): { readonly request: UpstreamRequest; readonly losses: readonly Loss[] };
  /**
   * Whether an answer to `read-subject` is this API's own: a success about the subject with the id
   * `requestedId`, with each field of its type, or the API's own answer for a person it does not have.
   * Anything else (a page of a proxy, another server, another person) proves nothing.
   */
  isClear(answer: UpstreamAnswer, requestedId: string): boolean;
  /**
   * The same of an answer to a write: the success that this API documents for it, or a problem in this API's
   * own form. Anything else leaves open whether the write was carried out. `requestedId`: the id that a
   * success has to name, where successes name one; `undefined`: any.
   */
  isClearWrite(
    command: CommandOf<'put-images' | 'delete-images'>,
    answer: UpstreamAnswer,
    requestedId: string | undefined,
  ): boolean;
  /** What the answer means. */
  answer(command: Command, answer: UpstreamAnswer, context: { readonly options: Options }): UpstreamOutcome;
}
