import { type CommandOf, ProblemError, type WireRequest } from '../../src/domain/index.ts';

/** The file under `file` becomes the caller's one picture (slot 0). Of several files, the last one wins. */
export function readImageUpload({ uploads }: WireRequest): CommandOf<'put-images'> {
  const upload = uploads.at(-1);
  if (!upload) throw new ProblemError({ kind: 'file-missing', field: 'file' });
  return { kind: 'put-images', subject: { kind: 'caller' }, images: [{ slot: 0, upload }] };
}
