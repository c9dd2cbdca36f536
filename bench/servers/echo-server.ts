/* A backend that costs next to nothing: what a request takes beyond it, the shim has added. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

const CUSTOMER = JSON.stringify({ id: 1001, firstName: 'Somebody' });

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.setHeader('content-type', 'application/json');
    response.end(CUSTOMER);
    return;
  }
  pipeline(request, response).catch((cause: unknown) => console.error(cause));
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => server.close(() => process.exit(0)).closeAllConnections());
