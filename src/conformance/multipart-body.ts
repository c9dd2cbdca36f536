/** A file part of a form. */
export interface FormFile {
  readonly field: string;
  readonly fileName?: string;
  readonly mediaType?: string;
  readonly bytes: Buffer;
}

const BOUNDARY = '----polyface-conformance-3f1c5a7e9b';

/** A form with the files, as browsers and curl send it. */
export function multipartBody(files: readonly FormFile[]): {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
} {
  const parts = files.flatMap(({ field, fileName, mediaType, bytes }) => [
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"${
        fileName === undefined ? '' : `; filename="${fileName}"`
      }\r\n${mediaType === undefined ? '' : `Content-Type: ${mediaType}\r\n`}\r\n`,
    ),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    bytes: Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]),
  };
}
