import type { ServerResponse } from 'node:http';
import express, { type Request, type RequestHandler, type Response } from 'express';
import type { Imaging } from '../domain/index.ts';
import { hintAt } from '../settings/nearest-name.ts';
import { curlCommand } from './inbox/curl-command.ts';
import type { Inbox, KeptUpload, UploadQuery } from './inbox/inbox.ts';
import type { PictureAnswer, PictureQuestion } from './inbox/picture-question.ts';
import { readPictureQuestion } from './inbox/read-picture-question.ts';
import { makeThumbnail } from './inbox/thumbnail.ts';
import { createInboxPage } from './page/inbox-page.ts';
import { receiveControlJson } from './receive-control-json.ts';

const PREFIX = '/_sandbox';

/** A question may hold a picture in base64. */
const MAX_QUESTION_BYTES = 32 * 1024 * 1024;

/** Formats that a browser shows and that cannot hold scripts. */
const SHOWN = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif', 'image/bmp']);

const FILTERS = [
  'dialect',
  'operationId',
  'subject',
  'method',
  'problem',
  'credentialId',
  'client',
  'format',
  'fileName',
  'sha256',
] as const satisfies readonly (keyof UploadQuery)[];

const NUMBERS = ['status', 'n', 'timeoutMs'] as const;

/** The parts behind the pages. */
export interface InboxPagesParts {
  readonly inbox: Inbox;
  readonly imaging: Pick<Imaging, 'process'>;
  ask(question: PictureQuestion): Promise<PictureAnswer>;
}

/**
 * The inbox over HTTP: the page at `/_sandbox`, its live events, uploads as JSON, their bytes and thumbnails,
 * and questions about pictures. `end` closes the live connections, which would otherwise delay a stop.
 */
export function createInboxPages({ inbox, imaging, ask }: InboxPagesParts): {
  readonly handle: RequestHandler;
  end(): void;
} {
  const pages = express.Router();
  const live = new Set<ServerResponse>();
  const thumbnails = new Map<string, ReturnType<typeof makeThumbnail>>();
  inbox.watch(({ kind }) => {
    if (kind === 'cleared') thumbnails.clear();
  });

  pages.use(PREFIX, createInboxPage());
  pages.get(`${PREFIX}/uploads`, async ({ query }, response) => {
    const asked = readUploadQuery(query);
    if (typeof asked === 'string') return refuse(response, 400, asked);
    const { n, timeoutMs = 0, ...wanted } = asked;
    const uploads = n === undefined ? await inbox.list(wanted) : await inbox.waitFor(wanted, n, timeoutMs);
    if (uploads) return send(response, { uploads, dropped: inbox.dropped });
    const found = await inbox.list(wanted);
    response
      .status(504)
      .json({ error: `${found.length} of ${n} uploads came within ${timeoutMs} ms`, uploads: found });
  });
  pages.delete(`${PREFIX}/uploads`, (_request, response) => {
    inbox.clear();
    response.status(204).end();
  });
  pages.get(`${PREFIX}/events`, (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.flushHeaders();
    live.add(response);
    const unwatch = inbox.watch((event) => {
      const data = event.kind === 'upload' ? JSON.stringify(event.upload) : '{}';
      response.write(`event: ${event.kind}\ndata: ${data}\n\n`);
    });
    response.once('close', () => {
      unwatch();
      live.delete(response);
    });
  });
  pages.post(`${PREFIX}/expect`, async (request, response) => {
    const body = await receiveControlJson(request, MAX_QUESTION_BYTES);
    if (body.kind === 'refused') return refuse(response, body.status, body.error);
    const question = readPictureQuestion(body.value);
    if (typeof question === 'string') return refuse(response, 400, question);
    const { upload, ...answer } = await ask(question);
    send(response, {
      ...answer,
      ...(upload &&
        answer.file !== undefined && {
          id: upload.id,
          picture: `${PREFIX}/uploads/${upload.id}/files/${answer.file}`,
          upload,
        }),
    });
  });
  pages.get(
    `${PREFIX}/uploads/:id`,
    withUpload(({ upload, headers }, request, response) => {
      const { host = '' } = request.headers;
      send(response, {
        ...upload,
        curl: curlCommand({ ...upload, url: `http://${host}`, headers, ...sessionOf(request) }),
      });
    }),
  );
  pages.get(
    `${PREFIX}/uploads/:id/body`,
    withUpload(({ body }, _request, response) => {
      sendBytes(response, body, 'body');
    }),
  );
  pages.get(
    `${PREFIX}/uploads/:id/request`,
    withUpload(({ upload, rawHeaders, body }, _request, response) => {
      const lines = rawHeaders.flatMap((name, at) =>
        at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1] ?? ''}`] : [],
      );
      const head = [`${upload.method} ${upload.target} HTTP/1.1`, ...lines, '', ''].join('\r\n');
      sendBytes(response, Buffer.concat([Buffer.from(head, 'latin1'), body]), 'request');
    }),
  );
  pages.get(
    `${PREFIX}/uploads/:id/files/:file`,
    withUpload(({ upload, contents }, request, response) => {
      const file = Number(request.params.file);
      const content = contents[file];
      if (!content) return refuse(response, 404, 'there is no such file');
      const type = upload.files[file]?.detectedType ?? '';
      if (SHOWN.has(type)) {
        response.set('Cache-Control', 'no-store').type(type).send(content);
      } else sendBytes(response, content, 'file');
    }),
  );
  pages.get(
    `${PREFIX}/uploads/:id/files/:file/thumbnail`,
    withUpload(async ({ upload, contents }, request, response) => {
      const content = contents[Number(request.params.file)];
      const key = `${upload.id}/${String(request.params.file)}`;
      const making =
        thumbnails.get(key) ?? (content ? makeThumbnail(imaging, content) : Promise.resolve(undefined));
      if (content) thumbnails.set(key, making);
      const made = await making;
      if (!made) return refuse(response, 404, 'no thumbnail can be made of it');
      response.set('Cache-Control', 'no-store').type(made.format).send(made.bytes);
    }),
  );

  function withUpload(
    show: (kept: KeptUpload, request: Request, response: Response) => void | Promise<void>,
  ) {
    return async (request: Request, response: Response): Promise<void> => {
      const kept = await inbox.find(String(request.params.id));
      if (kept) await show(kept, request, response);
      else
        refuse(
          response,
          404,
          'there is no such upload; it may have been cleared, or given up for newer ones',
        );
    };
  }

  return {
    handle: pages,
    end() {
      for (const response of live) response.end();
    },
  };
}

function send(response: Response, value: object): void {
  response.set('Cache-Control', 'no-store').json(value);
}

function refuse(response: Response, status: number, error: string): void {
  response.status(status).json({ error });
}

/** Sends uploaded bytes so that no browser shows them as a page: any client may have sent them. */
function sendBytes(response: Response, bytes: Buffer, name: string): void {
  response
    .set({
      'Cache-Control': 'no-store',
      'Content-Disposition': `attachment; filename="polyface-${name}"`,
      'Content-Security-Policy': "default-src 'none'; sandbox",
    })
    .type('application/octet-stream')
    .send(bytes);
}

function sessionOf({ query, headers }: Request): { readonly session?: string } {
  const session = query.session ?? headers['x-polyface-session'];
  return typeof session === 'string' ? { session } : {};
}

type ReadQuery = UploadQuery & { readonly n?: number; readonly timeoutMs?: number };

/** A text names the unknown filter, or the value that is not a number. */
function readUploadQuery(query: Request['query']): ReadQuery | string {
  const known: readonly string[] = [...FILTERS, ...NUMBERS, 'session'];
  const unknown = Object.keys(query).find((name) => !known.includes(name));
  if (unknown !== undefined) return `there is no filter "${unknown}"; ${hintAt(unknown, known)}`;
  const wrong = NUMBERS.find((name) => {
    const value = query[name];
    return value !== undefined && !(typeof value === 'string' && /^\d{1,9}$/.test(value));
  });
  if (wrong !== undefined) return `${wrong}: a number is wanted`;
  const { session: _session, ...rest } = query;
  return Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [
      name,
      known.indexOf(name) < FILTERS.length ? value : Number(value),
    ]),
  );
}
