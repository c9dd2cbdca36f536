/**
 * Bytes that can be read more than once: in memory when small, in a spool file when not. The part that
 * created the source removes the file or frees the memory; readers never do. A reader that needs the bytes
 * for longer keeps a reference to `bytes`, or links the file, before that.
 */
export type ByteSource =
  | { readonly kind: 'memory'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly path: string; readonly size: number };

/** The number of bytes in a source. */
export function byteLength(source: ByteSource): number {
  return source.kind === 'memory' ? source.bytes.byteLength : source.size;
}
