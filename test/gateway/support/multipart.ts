/** One part of a form, with whatever headers a test wants to see. */
export interface Part {
  readonly headers: readonly string[];
  readonly content: Buffer | string;
}

/** A file part as browsers send it. */
export function filePart(
  name: string,
  content: Buffer | string,
  fileName = 'face.png',
  type = 'image/png',
): Part {
  return {
    headers: [
      `Content-Disposition: form-data; name="${name}"; filename="${fileName}"`,
      `Content-Type: ${type}`,
    ],
    content,
  };
}

/** A text field. */
export function textPart(name: string, content: string): Part {
  return { headers: [`Content-Disposition: form-data; name="${name}"`], content };
}

/** The bytes of a form. */
export function formBytes(
  parts: readonly Part[],
  { boundary = 'XbX', newline = '\r\n', preamble = '', epilogue = '', closed = true } = {},
): Buffer {
  const pieces = parts.flatMap(({ headers, content }) => [
    `--${boundary}${newline}${headers.join(newline)}${newline}${newline}`,
    content,
    newline,
  ]);
  const all = [preamble, ...pieces, closed ? `--${boundary}--${newline}` : '', epilogue];
  return Buffer.concat(all.map((piece) => Buffer.from(piece)));
}
