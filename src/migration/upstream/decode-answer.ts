import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

/** The longest answer that is decoded, in bytes: these APIs answer in JSON. */
const MAX_DECODED_BYTES = 4 * 1024 * 1024;

const DECODERS: Readonly<
  Record<string, (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Buffer>
> = {
  br: brotliDecompressSync,
  deflate: inflateSync,
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  zstd: zstdDecompressSync,
};

/**
 * The bytes of an answer without its Content-Encoding, for the gateway to read. The client gets the bytes as
 * they came. `undefined` where they cannot be decoded.
 */
export function decodeAnswer(bytes: Uint8Array, contentEncoding = 'identity'): Uint8Array | undefined {
  let decoded = bytes;
  const names = contentEncoding.split(',').map((name) => name.trim().toLowerCase());
  for (const name of names.filter((one) => one !== 'identity' && one !== '').reverse()) {
    const decode = DECODERS[name];
    if (!decode) return undefined;
    try {
      decoded = decode(decoded, { maxOutputLength: MAX_DECODED_BYTES });
    } catch {
      // Broken or too long: the gateway cannot read the answer, but the client still gets it.
      return undefined;
    }
  }
  return decoded;
}
