import { once } from 'node:events';
import { connect } from 'node:net';
import type { DemoClient } from '../contract/demo-clients.ts';

/** What a client does in the middle of its upload. */
export const BREAKS = ['break off', 'stall', 'reset', 'rubbish'] as const;
export type Break = (typeof BREAKS)[number];

/** Longer than any gateway of the soak waits. */
const PATIENCE_MS = 30_000;

/** Begins an upload and misbehaves; resolves when the connection is closed by either side. */
export async function misbehave(
  gatewayUrl: string,
  { uploading: { method, path, headers, field } }: DemoClient,
  how: Break,
): Promise<void> {
  const { hostname, port } = new URL(gatewayUrl);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {});
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.resume();
  const closed = once(socket, 'close');
  const type = field === undefined ? 'image/jpeg' : 'multipart/form-data; boundary=b';
  socket.write(
    [
      `${method} ${path} HTTP/1.1`,
      'Host: soak',
      `Content-Type: ${type}`,
      'Content-Length: 3000000',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '\r\n',
    ].join('\r\n'),
  );
  if (field !== undefined)
    socket.write(`--b\r\nContent-Disposition: form-data; name="${field}"; filename="a.jpg"\r\n\r\n`);
  socket.write(Buffer.alloc(1_500_000, 'x'));
  if (how === 'break off') socket.end();
  if (how === 'reset') setTimeout(() => socket.resetAndDestroy(), 50);
  // The rest of the body, and then what is no request.
  if (how === 'rubbish') socket.end(Buffer.alloc(1_600_000, '\0'));
  await closed;
}
