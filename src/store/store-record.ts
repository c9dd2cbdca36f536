import type { Json } from '../domain/index.ts';

/** Largest record as UTF-8 JSON, in bytes. */
export const MAX_RECORD_BYTES = 256 * 1024;

/** The document as UTF-8 JSON; throws a `RangeError` above the limit, so that every driver draws the same line. */
export function encodeRecord(value: Json): Buffer {
  const bytes = Buffer.from(JSON.stringify(value));
  if (bytes.byteLength > MAX_RECORD_BYTES) throw new RangeError('the record is larger than 256 KiB');
  return bytes;
}
