import { mediaTypeOf, type StoredPicture, type Upload } from '../../domain/index.ts';
import type { ReplicaParts } from './replica-parts.ts';

/** A stored picture that can be sent to the backend. */
export interface HeldPicture {
  readonly upload: Upload;
  readonly release: () => Promise<void>;
}

/** Reads a picture back from the store; `undefined` where its body is gone. */
export async function holdPicture(
  { objects, spool }: Pick<ReplicaParts, 'objects' | 'spool'>,
  { original, fileName }: { readonly original: StoredPicture; readonly fileName?: string },
): Promise<HeldPicture | undefined> {
  const body = await objects.get(original.key);
  if (!body) return undefined;
  const { source, release } = await spool.hold(body.stream, body.totalBytes);
  const { bytes, sha256, format } = original;
  const declaredType = mediaTypeOf(format);
  const upload = { bytes, sha256, source, declaredType, ...(fileName === undefined ? {} : { fileName }) };
  return { upload, release };
}
