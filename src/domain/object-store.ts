import type { ByteSource } from './byte-source.ts';

/** What to store: bytes at hand, a spool file, or a stream that is read once. */
export type ObjectSource =
  | ByteSource
  | { readonly kind: 'stream'; readonly stream: AsyncIterable<Uint8Array> };

/** A stored body's facts. */
export interface ObjectFacts {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAtMs: number;
}

/** An open body. Read the stream to its end or `destroy()` it. */
export interface OpenObject {
  readonly stream: NodeJS.ReadableStream & { destroy(error?: Error): unknown };
  /**
   * The stream's content, where the driver had all of it at once. A reader that uses it does not read the
   * stream.
   */
  readonly bytes?: Uint8Array;
  /** Size of the whole body in bytes, also where only a range is read. */
  readonly totalBytes: number;
}

/** Inclusive byte positions, as in HTTP. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** What a backend really honours; probed at start. */
export interface StoreCapabilities {
  readonly conditionalCreate: boolean;
  readonly conditionalReplace: boolean;
  readonly signedDownloads: boolean;
  readonly orderedListing: boolean;
}

/**
 * Immutable bodies under keys of `[A-Za-z0-9._-]` segments joined by `/`, at most 512 characters.
 * All methods may be called at once from any number of processes. Failures of the backend are `StoreError`s.
 */
export interface ObjectStore {
  readonly capabilities: Pick<StoreCapabilities, 'conditionalCreate' | 'signedDownloads' | 'orderedListing'>;
  /**
   * Creates a body and never replaces one. When it resolves the body is durable and whole. `'exists'`: the
   * key already had a body, which is unchanged. When it rejects, nothing readable is left under the key. A
   * file source may be linked instead of copied: the caller must not write to it afterwards, and still
   * removes it.
   */
  put(
    key: string,
    source: ObjectSource,
    options?: { readonly signal?: AbortSignal },
  ): Promise<'created' | 'exists'>;
  /** The body or a part of it; `undefined` when there is none. The range must lie within the body. */
  get(key: string, range?: ByteRange): Promise<OpenObject | undefined>;
  /** Idempotent. */
  delete(key: string): Promise<void>;
  /** In order of key (by code unit), everything that starts with the prefix and comes after `after`. */
  list(prefix: string, options?: { readonly after?: string }): AsyncIterable<ObjectFacts>;
  /** A download address straight from the backend; only where `capabilities.signedDownloads`. */
  signedUrl?(
    key: string,
    options: {
      readonly ttlSeconds: number;
      readonly contentType: string;
      readonly contentDisposition: string;
    },
  ): Promise<string>;
}

/** A failure of the backend, by what the caller can do about it. The `cause` is for the log alone. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly reason: 'unavailable' | 'full' | 'denied' | 'damaged';

  constructor(reason: StoreError['reason'], options?: ErrorOptions) {
    super(`the store is ${reason}`, options);
    this.reason = reason;
  }
}
