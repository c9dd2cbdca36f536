import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the backend saw it. */
export interface RecordedRequest {
  readonly method: string;
  readonly target: string;
  /** Every value of each header, by lower-case name. */
  readonly headers: NodeJS.Dict<string[]>;
  /** As far as it has come. */
  readonly body: () => Buffer;
}

/** A backend that keeps what it is asked, and answers as it is told. */
export interface RecordingBackend {
  readonly url: string;
  /** What came since the last call. */
  takeRequests(): RecordedRequest[];
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  stop(): Promise<void>;
}

/** Starts a backend; at first it answers everything with an empty object. */
export async function startRecordingBackend(): Promise<RecordingBackend> {
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headersDistinct } = request;
    const pieces: Buffer[] = [];
    requests.push({
      method,
      target: url,
      headers: { ...headersDistinct },
      body: () => Buffer.concat(pieces),
    });
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.once('end', () => backend.answer(request, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const backend: RecordingBackend = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeRequests: () => requests.splice(0),
    answer: (_request, response) =>
      void response.setHeader('Content-Type', 'application/json').end('{"id":1}'),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return backend;
}
