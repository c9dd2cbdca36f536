const BOUNDARY = 'polyface-explain-5e8a1c';
const PIECE = 8_192;

/** A request as it is typed in, with a file as its body or as a part of a form, in base64. */
export async function encodeRequest(text: string, file: File | undefined, partName: string): Promise<string> {
  const [head = '', typedBody = ''] = splitOnce(text.replaceAll('\r\n', '\n').trimStart(), '\n\n');
  const isForm = /^content-type:\s*multipart\//im.test(head);
  if (!file) return encodeBase64([`${head}\n\n`, isForm ? typedBody.replaceAll('\n', '\r\n') : typedBody]);
  if (partName === '') return encodeBase64([`${head}\n\n`, file]);
  const lines = head.split('\n').filter((line) => !/^content-(type|length):/i.test(line));
  const replaceQuotes = (value: string) => value.replaceAll(/["\r\n]/g, '_');
  return encodeBase64([
    `${[...lines, `Content-Type: multipart/form-data; boundary=${BOUNDARY}`].join('\n')}\n\n`,
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${replaceQuotes(partName)}"; filename="${replaceQuotes(file.name)}"\r\n`,
    `Content-Type: ${file.type || 'application/octet-stream'}\r\n\r\n`,
    file,
    `\r\n--${BOUNDARY}--\r\n`,
  ]);
}

function splitOnce(text: string, by: string): readonly string[] {
  const at = text.indexOf(by);
  return at < 0 ? [text.trimEnd()] : [text.slice(0, at), text.slice(at + by.length)];
}

/** In pieces: a call takes no more than some ten thousand arguments. */
async function encodeBase64(parts: readonly BlobPart[]): Promise<string> {
  const bytes = new Uint8Array(await new Blob([...parts]).arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += PIECE)
    binary += String.fromCodePoint(...bytes.subarray(at, at + PIECE));
  return btoa(binary);
}
