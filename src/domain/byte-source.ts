/**
 * Bytes that can be read more than once: in memory when small, in a spool file when not.
 * Whoever created the source removes the file; readers never do.
 */
export type ByteSource =
  | { readonly kind: 'memory'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly path: string; readonly size: number };

/** The number of bytes in a source. */
export function byteLength(source: ByteSource): number {
  return source.kind === 'memory' ? source.bytes.byteLength : source.size;
}
