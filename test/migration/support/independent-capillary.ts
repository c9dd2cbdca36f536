import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import multer from 'multer';

/** Header of an answer that the backend spoilt on purpose. */
export const FAULT_HEADER = 'x-spoilt-by-backend';

/** A customer whose request was spoilt, and when (epoch milliseconds). */
export type SpoiltRequest = readonly [customer: string, atMs: number];

/** A Capillary backend that shares no line with this project, in a process of its own. */
export interface CapillaryProcess {
  readonly url: string;
  /** Which share of the API's requests answers 500: half of them without doing what was asked, half after it was done. */
  spoil(share: number): Promise<void>;
  /** Every request that was spoilt so far. */
  spoilt(): Promise<readonly SpoiltRequest[]>;
  /** How many requests came so far. */
  requests(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts the server as a child process. */
export async function startCapillaryProcess(): Promise<CapillaryProcess> {
  const child = fork(import.meta.filename, [], { execArgv: [] });
  const [url] = (await once(child, 'message')) as [string];
  const ask = async (path: string) => (await fetch(`${url}/operate/${path}`)).json();
  return {
    url,
    async spoil(share) {
      await ask(`spoil?share=${share}`);
    },
    spoilt: async () => (await ask('spoilt')) as readonly SpoiltRequest[],
    requests: async () => (await ask('requests')) as number,
    async stop() {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}

/** Five pictures for each customer, kept as they came. Answers as the vendor's page prints them. */
async function serve(): Promise<string> {
  const held = new Map<string, Map<number, { readonly bytes: Buffer; readonly version: number }>>();
  const spoilt: SpoiltRequest[] = [];
  let share = 0;
  let requests = 0;
  let version = 0;
  const app = express();
  const files = multer({ limits: { fileSize: 64 * 1024 * 1024 } }).any();

  app.get('/operate/spoil', (request, response) => {
    share = Number(request.query.share);
    response.json(share);
  });
  app.get('/operate/spoilt', (_request, response) => void response.json(spoilt));
  app.get('/operate/requests', (_request, response) => void response.json(requests));
  app.use((_request, _response, next) => {
    requests += 1;
    next();
  });

  /** Answers, or answers 500 in its place: what was asked may have been done all the same. */
  function handle(request: Request<{ id: string }>, response: Response, act: () => object): void {
    const dice = Math.random();
    if (dice >= share) return void response.json(act());
    spoilt.push([request.params.id, Date.now()]);
    if (dice < share / 2) act();
    response.status(500).set(FAULT_HEADER, 'yes').json(failure(500, 'Requests have failed due to errors.'));
  }
  const failure = (code: number, message: string) => ({
    data: [],
    warnings: [],
    errors: [{ status: false, code, message }],
  });
  const imagesOf = (id: string, host = '') =>
    [...(held.get(id) ?? [])].map(([slot, picture]) => ({
      code: 200,
      file: { name: `1/${id}/${slot}`, version: picture.version, fileSize: String(picture.bytes.length) },
      secureFilePath: `http://${host}/files/${id}/${slot}/${picture.version}`,
    }));

  app.post<{ id: string }>('/v2/customers/:id/setImage', files, (request, response) => {
    const { id } = request.params;
    const received = Array.isArray(request.files) ? request.files : [];
    if (received.length === 0) return void response.status(400).json(failure(8081, 'No Image Passed'));
    handle(request, response, () => {
      const pictures = held.get(id) ?? new Map();
      held.set(id, pictures);
      for (const [slot, { buffer }] of received.entries()) {
        version += 1;
        pictures.set(slot, { bytes: buffer, version });
      }
      const data = imagesOf(id, request.headers.host).slice(0, received.length);
      return { data, warnings: [], errors: [] };
    });
  });
  app.get<{ id: string }>('/v2/customers/:id', (request, response) => {
    const { id } = request.params;
    handle(request, response, () => ({
      id: Number(id),
      profiles: [{ firstName: 'Somebody', lastName: id }],
      customerImage: imagesOf(id, request.headers.host),
      warnings: [],
      errors: [],
    }));
  });
  app.delete<{ id: string }>('/v2/customers/:id/deleteImage', (request, response) => {
    const pictures = held.get(request.params.id);
    const { image_ids: ids } = request.query;
    const slots = typeof ids === 'string' ? ids.split(',').map(Number) : [];
    if (!slots.every((slot) => pictures?.has(slot)))
      return void response.status(404).json(failure(8080, 'Error in deleting image'));
    handle(request, response, () => {
      for (const slot of slots) pictures?.delete(slot);
      return { data: [], warnings: [], errors: [] };
    });
  });
  app.get<{ id: string; slot: string; version: string }>('/files/:id/:slot/:version', (request, response) => {
    const picture = held.get(request.params.id)?.get(Number(request.params.slot));
    if (picture && String(picture.version) === request.params.version)
      response.type('image/png').send(picture.bytes);
    else response.status(404).end();
  });
  // Uploads that break off are nothing to talk about.
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    if (!response.headersSent) response.status(400).json(failure(8079, 'Error in uploading Image'));
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

if (import.meta.main) process.send?.(await serve());
