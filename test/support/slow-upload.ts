import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An upload whose body never ends by itself. */
export interface SlowUpload {
  readonly socket: Socket;
  /** The first line of the response, once there is one; `undefined` where the connection closed before. */
  readonly statusLine: Promise<string | undefined>;
}

/** Begins an upload: sends the head and `firstBytes`, then a byte from time to time until the connection closes. */
export async function beginSlowUpload(
  url: string,
  target: string,
  {
    headers = {},
    firstBytes = '',
  }: { readonly headers?: Record<string, string>; readonly firstBytes?: string } = {},
): Promise<SlowUpload> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {});
  await once(socket, 'connect');
  const statusLine = Promise.race([
    once(socket, 'data').then(([data]) => String(data).split('\r\n', 1)[0]),
    once(socket, 'close').then(() => undefined),
  ]);
  statusLine.catch(() => {});
  socket.write(
    [
      `${target} HTTP/1.1`,
      'Host: polyface',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      'Content-Type: multipart/form-data; boundary=b',
      'Content-Length: 9000000',
      '\r\n',
    ].join('\r\n'),
  );
  socket.write(`--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n${firstBytes}`);
  const drip = setInterval(() => socket.write('x'), 500);
  socket.once('close', () => clearInterval(drip));
  return { socket, statusLine };
}
