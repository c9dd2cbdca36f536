import type { RawAnswer } from '../../raw/raw-client.ts';

/** The Content-Type of the forms. */
export const FORM = 'multipart/form-data; boundary=XbX';

/** An upload to the plain dialect, with its length. */
export function request(body: Buffer, { type = FORM, length = body.length, extra = '' } = {}): Buffer {
  const head = `PUT /plain/v1/people/ada/pictures HTTP/1.1\r\nHost: x\r\nX-Plain-Key: plain-writer-key\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n${extra}\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** The status and the JSON of an answer. */
export const json = ({ status, body }: RawAnswer): unknown[] => [status, JSON.parse(body.toString())];
/** The first file that an answer describes. */
export const fileOf = (answer: RawAnswer): unknown =>
  (JSON.parse(answer.body.toString()) as { fileName?: string }[])[0];
