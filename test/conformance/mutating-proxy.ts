import { createServer, type IncomingMessage } from 'node:http';
import { request } from 'undici';

/** A request on its way to the server behind. */
export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer on its way back. */
export interface ProxiedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** How a server deviates. */
export interface Mutation {
  /** What is sent on instead; `undefined`: the request as it came. */
  readonly request?: (sent: ProxiedRequest) => ProxiedRequest;
  /** What is answered instead. */
  readonly answer?: (answer: ProxiedAnswer, sent: ProxiedRequest) => ProxiedAnswer | Promise<ProxiedAnswer>;
}

/** Stands before a server and lies as it is told. */
export interface MutatingProxy {
  readonly url: string;
  mutate(mutation: Mutation): void;
  stop(): Promise<void>;
}

/** Starts one on a free port. Addresses in answers lead through it: the server behind sees the proxy's host. */
export async function startMutatingProxy(target: string): Promise<MutatingProxy> {
  let mutation: Mutation = {};
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const sent = await receive(incoming);
      const answer = await forward(target, mutation.request?.(sent) ?? sent);
      const { status, headers, body } = (await mutation.answer?.(answer, sent)) ?? answer;
      outgoing.writeHead(status, {
        ...headers,
        ...(sent.method === 'HEAD' ? {} : { 'content-length': body.byteLength }),
      });
      outgoing.end(body);
    })().catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    mutate(next) {
      mutation = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(incoming: IncomingMessage): Promise<ProxiedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: flat(incoming.headers),
    body: Buffer.concat(chunks),
  };
}

async function forward(
  target: string,
  { method, path, headers, body }: ProxiedRequest,
): Promise<ProxiedAnswer> {
  const {
    connection: _connection,
    'transfer-encoding': _encoding,
    'content-length': length,
    ...rest
  } = headers;
  const reply = await request(target + path, {
    method,
    headers: rest,
    reset: true,
    ...(length === undefined ? {} : { body }),
  });
  const {
    'transfer-encoding': _chunked,
    connection: _kept,
    'keep-alive': _alive,
    ...answered
  } = flat(reply.headers);
  return { status: reply.statusCode, headers: answered, body: Buffer.from(await reply.body.arrayBuffer()) };
}

function flat(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
