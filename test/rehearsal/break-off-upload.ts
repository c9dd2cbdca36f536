import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Sends an upload but for its last third, and ends the connection: with a FIN or a reset. Resolves when it is closed. */
export async function breakOffUpload(address: string, authorization: string, picture: Buffer): Promise<void> {
  const { hostname, port, host, pathname } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {});
  await once(socket, 'connect');
  const before = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n';
  const after = '\r\n--b--\r\n';
  const length = before.length + picture.length + after.length;
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: ${authorization}`,
    'Content-Type: multipart/form-data; boundary=b',
    `Content-Length: ${length}`,
    '\r\n',
  ];
  socket.write(head.join('\r\n') + before);
  socket.write(picture.subarray(0, Math.floor((picture.length * 2) / 3)));
  const closed = text(socket).catch(() => '');
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (Math.random() < 0.5) socket.end();
  else socket.resetAndDestroy();
  socket.destroySoon();
  await closed;
}
