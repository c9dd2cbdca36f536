import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import type { DemoClient } from './demo-clients.ts';

/** An answer with what a contract says of it. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** An upload that the gateway has let in and whose body has not begun. */
export interface HeldUpload {
  /** Sends the body and gives the answer. */
  finish(): Promise<PlainAnswer>;
}

const BOUNDARY = 'held-upload';

/** Announces an upload and waits until the gateway asks for its body: the subject has been opened, nothing has been received. */
export async function holdUpload(
  url: string,
  { uploading }: DemoClient,
  picture: Buffer,
): Promise<HeldUpload> {
  const { method, path, field } = uploading;
  const body = field === undefined ? picture : formWith(field, picture);
  const type = field === undefined ? 'image/jpeg' : `multipart/form-data; boundary=${BOUNDARY}`;
  const headers = {
    ...uploading.headers,
    'content-type': type,
    'content-length': body.byteLength,
    expect: '100-continue',
  };
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<PlainAnswer>();
  const request = httpRequest(`${url}${path}`, { method, headers, agent: false }, (answer) => {
    text(answer).then(
      (received) =>
        answered.resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: received }),
      answered.reject,
    );
  });
  request.on('continue', asked.resolve);
  request.on('error', (cause) => {
    asked.reject(cause);
    answered.reject(cause);
  });
  answered.promise.then(
    ({ status }) => asked.reject(new Error(`answered ${status} before the body was asked for`)),
    asked.reject,
  );
  request.flushHeaders();
  await asked.promise;
  return {
    finish() {
      request.end(body);
      return answered.promise;
    },
  };
}

function formWith(field: string, picture: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; filename="held.jpg"\r\n\r\n`,
    ),
    picture,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
}
