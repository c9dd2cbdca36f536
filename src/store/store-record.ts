import { type Json, StoreError } from '../domain/index.ts';

/** Largest record as UTF-8 JSON, in bytes. */
export const MAX_RECORD_BYTES = 256 * 1024;

/**
 * The document as UTF-8 JSON. Throws a `RangeError` above the limit, so that every driver has the same limit.
 */
export function encodeRecord(value: Json): Buffer {
  const bytes = Buffer.from(JSON.stringify(value));
  if (bytes.byteLength > MAX_RECORD_BYTES) throw new RangeError('the record is larger than 256 KiB');
  return bytes;
}

/** The document in the bytes. Throws `StoreError` `damaged` where they do not hold one. */
export function decodeRecord(bytes: Uint8Array): Json {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json;
  } catch (cause) {
    throw new StoreError('damaged', { cause });
  }
}
