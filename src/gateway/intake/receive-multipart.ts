import type { Request, Response } from 'express';
import multer from 'multer';
import type { IntakePolicy, Upload } from '../../domain/index.ts';
import { FormFiles, MAX_TEXT_BYTES } from './form-files.ts';
import type { IncomingBody } from './incoming-body.ts';
import type { UploadSession } from './upload-store.ts';

/**
 * What a form may hold beside its files. Real forms have a handful of short fields. The total length of their
 * texts is limited too.
 */
const FORM_LIMITS = {
  fieldNameSize: 200,
  fieldSize: MAX_TEXT_BYTES,
  fields: 50,
  parts: 80,
  headerPairs: 50,
  fieldNestingDepth: 5,
  fieldArrayIndexLimit: 50,
} as const;

/** How many file parts beyond the policy's number are read and discarded before the form is refused. */
const SPARE_FILES = 20;

/**
 * Receives a multipart form under a dialect's policy. It returns the wanted file parts in their order;
 * everything else is read and dropped. Throws `file-missing`, `too-many-files`, `file-too-large`,
 * `body-malformed`, and what `IncomingBody.open` throws.
 */
export async function receiveMultipart(
  body: IncomingBody,
  boundary: string,
  policy: IntakePolicy,
  session: UploadSession,
): Promise<readonly Upload[]> {
  const form = new FormFiles(body, boundary, policy, session);
  // multer waits for the end of the request before it reports an error; the body's own signal is faster.
  const failed = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(body.signal.reason);
    if (body.signal.aborted) stop();
    else body.signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([parse(body, policy, form), failed]);
  } catch (cause) {
    // This also stops the parts that still feed or read the form.
    body.refuse(form.errorFor(cause));
    throw cause;
  }
  return form.wanted();
}

function parse(body: IncomingBody, policy: IntakePolicy, form: FormFiles): Promise<void> {
  const options: multer.Options & { streamHandler: FormFiles['feed'] } = {
    storage: form,
    defParamCharset: 'utf8',
    limits: { ...FORM_LIMITS, fileSize: policy.maxBytes, files: policy.maxFiles + SPARE_FILES },
    fileFilter: form.filter,
    streamHandler: form.feed,
  };
  return new Promise((resolve, reject) => {
    // multer only uses what every Node request has, and nothing of express.
    multer(options).any()(body.request as Request, body.response as Response, (cause: unknown) => {
      if (cause === undefined || cause === null) resolve();
      else reject(form.errorFor(cause));
    });
  });
}
