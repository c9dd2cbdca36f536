/** A request body that is sent again and again. */
export interface PreparedBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** A multipart body with one file part. */
export function multipartBody(
  field: string,
  fileName: string,
  mediaType: string,
  file: Buffer,
): PreparedBody {
  const boundary = '----bench-8d1f0c5e2a7b4639';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${fileName}"\r\nContent-Type: ${mediaType}\r\n\r\n`;
  const bytes = Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, bytes };
}
