import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import multer from 'multer';

/** What goes wrong with the next requests. */
export type Fault = 'none' | 'hang' | 'error after' | 'error before' | 'cut';

/** A v1 backend that shares no line with this project. */
export interface IndependentServer {
  readonly url: string;
  fault: Fault;
  readonly requests: string[];
  picture(customerId: string): Buffer | undefined;
  stop(): Promise<void>;
}

/** A plain Express and multer server that keeps one picture for each customer, as it came. */
export async function startIndependentServer(): Promise<IndependentServer> {
  const pictures = new Map<string, Buffer>();
  const requests: string[] = [];
  let fault: Fault = 'none';
  const app = express();
  const upload = multer({ limits: { fileSize: 64 * 1024 * 1024 } }).single('image');
  const describe = (id: string, host: string) => {
    const picture = pictures.get(id);
    const sha = picture && createHash('sha256').update(picture).digest('hex');
    return {
      id: Number(id),
      firstName: 'Somebody',
      ...(sha ? { imageUrl: `http://${host}/files/${id}/${sha}.jpg` } : {}),
    };
  };

  app.use((request, response, next) => {
    requests.push(`${request.method} ${request.path}`);
    if (fault === 'hang') return;
    if (fault === 'cut') return void request.socket.destroy();
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
  const server = app.listen(0, '127.0.0.1');
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
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
