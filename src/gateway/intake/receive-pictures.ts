import { type IntakePolicy, ProblemError, type Upload, type WireRequestHead } from '../../domain/index.ts';
import { readContentType } from './content-type.ts';
import { fileNameOf } from './file-name.ts';
import type { IncomingBody } from './incoming-body.ts';
import { receiveMultipart } from './receive-multipart.ts';
import type { UploadSession } from './upload-store.ts';

/** How many bytes the boundaries, part headers and text fields of a form may add to its files. */
const FORM_OVERHEAD_BYTES = 1_048_576;

/** Most files of a form in which the last one wins. The files before the last are discarded. */
const MAX_SUPERSEDED_FILES = 4;

/**
 * Receives the files of a request, raw or multipart, under a dialect's policy. A body that announces more bytes
 * than are allowed is refused before a byte of it is read. Throws `body-missing`, `unsupported-media-type`,
 * `file-too-large`, and what `receiveRaw` and `receiveMultipart` throw.
 */
export async function receivePictures(
  body: IncomingBody,
  head: WireRequestHead,
  policy: IntakePolicy,
  session: UploadSession,
): Promise<readonly Upload[]> {
  if (!body.expected) throw new ProblemError({ kind: 'body-missing' });
  requirePlainEncoding(head.headers['content-encoding']);
  const declared = head.headers['content-type'];
  const { mediaType, boundary } = readContentType(declared);
  const isForm = mediaType === 'multipart/form-data';

  if (policy.bodies.includes('multipart') && isForm && boundary !== undefined) {
    requireFitting(body, policy, largestForm(policy));
    return receiveMultipart(body, boundary, policy, session);
  }
  if (policy.bodies.includes('raw')) {
    requireFitting(body, policy, policy.maxBytes);
    return [await receiveRaw(body, head, policy, session)];
  }
  if (isForm) throw new ProblemError({ kind: 'body-malformed', reason: 'boundary-missing' });
  throw new ProblemError({ kind: 'unsupported-media-type', ...(declared !== undefined && { declared }) });
}

async function receiveRaw(
  body: IncomingBody,
  head: WireRequestHead,
  { maxBytes }: IntakePolicy,
  session: UploadSession,
): Promise<Upload> {
  const fileName = fileNameOf(head.headers['content-disposition']);
  const declaredType = head.headers['content-type'];
  const upload = await session.receive(
    body.open(),
    {
      ...(fileName !== undefined && { fileName }),
      ...(declaredType !== undefined && { declaredType }),
    },
    maxBytes,
  );
  if (upload.bytes === 0) throw new ProblemError({ kind: 'body-missing' });
  return upload;
}

function requireFitting({ announcedBytes }: IncomingBody, { maxBytes }: IntakePolicy, limit: number): void {
  if (announcedBytes !== undefined && announcedBytes > limit) {
    throw new ProblemError({ kind: 'file-too-large', limitBytes: maxBytes });
  }
}

function largestForm({ maxBytes, maxFiles, surplus }: IntakePolicy): number {
  const files = surplus === 'refuse' ? maxFiles : maxFiles + MAX_SUPERSEDED_FILES;
  return files * maxBytes + FORM_OVERHEAD_BYTES;
}

/** No dialect documents compressed uploads, and a small body that unpacks to a huge one is an old trick. */
export function requirePlainEncoding(contentEncoding: string | undefined): void {
  if (contentEncoding === undefined) return;
  const encoding = contentEncoding.trim();
  if (encoding === '' || encoding.toLowerCase() === 'identity') return;
  throw new ProblemError({ kind: 'unsupported-media-type', declared: contentEncoding });
}
