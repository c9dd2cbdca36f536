/* A v1 backend in which every customer has the avatar, with a comment that names them: no two pictures are alike. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { segment, withSegments } from '../../test/support/pictures.ts';

const avatar = await readFile(join(process.env.BENCH_DIR ?? '.', 'avatar.jpg'));

const server = createServer((request, response) => {
  const [, , place = '', id = ''] = (request.url ?? '').split('/');
  if (place === 'customers') {
    const imageUrl = `http://${request.headers.host}/v1/pictures/${id}`;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id: Number(id), firstName: 'Somebody', imageUrl }));
  } else {
    const picture = withSegments(avatar, segment(0xfe, Buffer.from(id)));
    response.setHeader('content-type', 'image/jpeg').setHeader('content-length', picture.length);
    response.end(picture);
  }
}).listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => server.close(() => process.exit(0)).closeAllConnections());
