import { once } from 'node:events';
import { createServer, request } from 'node:http';

/** Stands between a client and a server on this machine, and can lose an answer. */
export interface Relay {
  readonly port: number;
  /** The next request of that method is carried out, but its client's connection breaks before the answer. */
  loseNextAnswer(method: string): void;
  /** The next requests of that method are not carried out but answered with this, so many times. */
  answerNext(method: string, times: number, status: number, body: string): void;
  close(): Promise<void>;
}

/** Opens a relay to a port of this machine. The Host header stays as the client wrote it, for it is signed. */
export async function relayTo(port: number): Promise<Relay> {
  let losing: string | undefined;
  let own: { method: string; times: number; status: number; body: string } | undefined;
  const server = createServer((incoming, outgoing) => {
    if (own && own.times > 0 && incoming.method === own.method) {
      own.times -= 1;
      const { status, body } = own;
      incoming
        .resume()
        .on('end', () => outgoing.writeHead(status, { 'content-type': 'application/xml' }).end(body));
      return;
    }
    const lost = incoming.method === losing;
    if (lost) losing = undefined;
    const onward = request(
      { port, host: '127.0.0.1', method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        if (lost) {
          answer.resume();
          answer.on('end', () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    port: address.port,
    loseNextAnswer(method) {
      losing = method;
    },
    answerNext(method, times, status, body) {
      own = { method, times, status, body };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
