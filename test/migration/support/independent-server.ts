import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { promisify } from 'node:util';
import express, { type Response } from 'express';
import multer from 'multer';

/** What goes wrong with the next requests. */
export type Fault =
  | 'none'
  | 'hang'
  | 'error after'
  | 'error before'
  | 'cut'
  | 'refuse'
  | 'another server'
  | 'nonsense'
  | 'pictures elsewhere';

/** A v1 backend that shares no line with this project. */
export interface IndependentServer {
  readonly url: string;
  fault: Fault;
  readonly requests: string[];
  picture(customerId: string): Buffer | undefined;
  /** How many connections are open. */
  connections(): Promise<number>;
  /** How many bytes came over the connections that are open. */
  receivedBytes(): number;
  stop(): Promise<void>;
}

/** What looks like an answer and is none of this API's: one kind for each of five people. */
function answerNonsense(id: number, response: Response): void {
  switch (id % 5) {
    case 0:
      return void response.status(404).json({ error: 'not found' });
    case 1:
      return void response.status(404).json({ errorMessage: 404, errorCode: 'error.entity.not.found' });
    case 2:
      return void response.json({ id: id + 1, firstName: 'Somebody else' });
    case 3:
      return void response.json({ id, firstName: 'Somebody', imageUrl: false });
    default:
      return void response.type('text/plain').send(JSON.stringify({ id, firstName: 'Somebody' }));
  }
}

/** A plain Express and multer server that keeps one picture for each customer, as it came. */
export async function startIndependentServer(
  options: { readonly keepAliveMs?: number; readonly port?: number } = {},
): Promise<IndependentServer> {
  const pictures = new Map<string, Buffer>();
  const requests: string[] = [];
  let fault: Fault = 'none';
  const app = express();
  const upload = multer({ limits: { fileSize: 64 * 1024 * 1024 } }).single('image');
  const placeOf = (host: string) => (fault === 'pictures elsewhere' ? 'elsewhere.example' : host);
  const describe = (id: string, host: string) => {
    const picture = pictures.get(id);
    const sha = picture && createHash('sha256').update(picture).digest('hex');
    return {
      id: Number(id),
      firstName: 'Somebody',
      ...(sha ? { imageUrl: `http://${placeOf(host)}/files/${id}/${sha}.jpg` } : {}),
    };
  };

  app.use((request, response, next) => {
    requests.push(`${request.method} ${request.path}`);
    if (fault === 'hang') return;
    if (fault === 'cut') return void request.socket.destroy();
    if (fault === 'refuse') return void response.status(401).json({ errorMessage: 'who are you?' });
    if (fault === 'another server') return void response.status(404).send('<h1>404 Not Found</h1>');
    if (fault === 'error before') return void response.status(500).json({ errorMessage: 'out of order' });
    next();
  });
  app.put<{ id: string }>('/v1/customers/:id/images', upload, (request, response) => {
    const { id } = request.params;
    if (!request.file)
      return void response
        .status(400)
        .json({ errorMessage: 'no image', errorCode: 'validation.image.required' });
    pictures.set(id, request.file.buffer);
    if (fault === 'error after') return void response.status(500).json({ errorMessage: 'out of order' });
    response
      .set('X-Served-By', 'independent')
      .json({ imageUrl: describe(id, request.headers.host ?? '').imageUrl });
  });
  app.get<{ id: string }>('/v1/customers/:id', (request, response) => {
    if (fault === 'nonsense') return answerNonsense(Number(request.params.id), response);
    response.json(describe(request.params.id, request.headers.host ?? ''));
  });
  app.get<{ id: string }>('/files/:id/:name', (request, response) => {
    const picture = pictures.get(request.params.id);
    if (picture) response.type('image/jpeg').send(picture);
    else response.status(404).end();
  });
  app.post('/v1/undocumented', express.raw({ type: '*/*', limit: '64mb' }), (request, response) => {
    response.status(207).set('X-Odd', 'yes').send(request.body);
  });
  const server = app.listen(options.port ?? 0, '127.0.0.1');
  server.keepAliveTimeout = options.keepAliveMs ?? server.keepAliveTimeout;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get fault() {
      return fault;
    },
    set fault(next) {
      fault = next;
    },
    requests,
    picture: (id) => pictures.get(id),
    connections: () => promisify(server.getConnections.bind(server))(),
    receivedBytes: () => [...sockets].reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
