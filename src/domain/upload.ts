import type { ByteSource } from './byte-source.ts';

/** One received file: spooled, counted and hashed, not yet believed to be a picture. */
export interface Upload {
  /** The multipart part name as sent; absent for a raw body. */
  readonly fieldName?: string;
  /**
   * The declared file name without directories and control characters, at most 255 characters. It is never part
   * of a path.
   */
  readonly fileName?: string;
  /** What the client claimed; kept for the log alone. The type comes from the bytes. */
  readonly declaredType?: string;
  readonly bytes: number;
  /** Lower-case hex SHA-256 of the bytes. */
  readonly sha256: string;
  readonly source: ByteSource;
}
