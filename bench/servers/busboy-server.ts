/*
 * The least that a durable store of uploads can be: node:http and busboy, hashing the file on its way to the disk and fsyncing it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';

const folder = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), 'busboy-'));

function receive(request: IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const parser = busboy({ headers: request.headers });
  parser.on('file', (_name, file) => {
    const hash = createHash('sha256');
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    const path = join(folder, randomUUID());
    pipeline(file, hashing, createWriteStream(path, { flush: true })).then(
      () => resolve(hash.digest('hex')),
      reject,
    );
  });
  parser.on('error', reject);
  request.pipe(parser);
  return promise;
}

const server = createServer((request, response) => {
  receive(request).then(
    (sha256) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ sha256 })),
    (cause: unknown) => response.writeHead(500).end(String(cause)),
  );
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => void rm(folder, { recursive: true }).then(() => process.exit(0)));
});
