/**
 * Reads a request as people write it: line breaks of either kind in the head, and the body unchanged after an
 * empty line. Adds the host, and adds the length where it is missing and the body is not chunked.
 */
export function readRequestFile(file: Buffer): Buffer {
  const text = file.toString('latin1');
  const [, head = text, body = ''] = /^(.*?)\r?\n\r?\n(.*)$/s.exec(text) ?? [];
  const lines = head
    .trimEnd()
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const [start = '', ...headers] = lines;
  const has = (name: string) => headers.some((line) => line.toLowerCase().startsWith(`${name}:`));
  const version = / HTTP\/\d\.\d$/.test(start) ? '' : ' HTTP/1.1';
  if (!has('host')) headers.push('Host: localhost');
  if (body !== '' && !has('content-length') && !has('transfer-encoding'))
    headers.push(`Content-Length: ${body.length}`);
  const kept = headers.filter((line) => !line.toLowerCase().startsWith('connection:'));
  return Buffer.from([start + version, ...kept, 'Connection: close', '', body].join('\r\n'), 'latin1');
}
