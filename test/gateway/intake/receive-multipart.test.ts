import { hash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import type { IntakePolicy, Upload } from '../../../src/domain/index.ts';
import { ClientGone } from '../../../src/gateway/intake/client-gone.ts';
import { createIncomingBody, type IncomingBody } from '../../../src/gateway/intake/incoming-body.ts';
import { receiveMultipart } from '../../../src/gateway/intake/receive-multipart.ts';
import { createUploadStore, type UploadStore } from '../../../src/gateway/intake/upload-store.ts';
import { filePart, formBytes, textPart } from '../support/multipart.ts';

const POLICY: IntakePolicy = {
  formats: ['jpeg'],
  minBytes: 1,
  maxBytes: 4 << 20,
  maxFiles: 1,
  slots: 1,
  bodies: ['multipart'],
  field: 'any',
  surplus: 'last-wins',
  renders: 'at-upload',
  overlap: 'last-writer-wins',
};
const LIMITS = { bodyTimeoutSeconds: 20, minBytesPerSecond: 0, minRateWindowSeconds: 20 };

interface Received {
  /** Or what was thrown. */
  readonly uploads: unknown;
  readonly contents: readonly Buffer[];
  readonly body: IncomingBody;
}

describe('receiveMultipart', () => {
  let folder: string;
  let store: UploadStore;
  let server: Server;
  let policy: IntakePolicy;
  let received: Received | undefined;
  let over: PromiseWithResolvers<void>;

  beforeEach(async () => {
    received = undefined;
    over = Promise.withResolvers();
    folder = await mkdtemp(join(tmpdir(), 'receive-multipart-'));
    // Little memory: nearly everything goes to the disk, and senders wait for it.
    store = createUploadStore({ folder, memoryBytes: 1000, budgetBytes: 5000, onSweepFailure() {} });
    await store.start();
    const app = express();
    app.post('/', async (request, response) => {
      const body = createIncomingBody(request, response, LIMITS);
      const session = store.session(body.announcedBytes);
      const uploads = await receiveMultipart(body, 'XbX', policy, session).catch((cause: unknown) => cause);
      const contents = Array.isArray(uploads) ? await Promise.all(uploads.map(contentOf)) : [];
      received = { uploads, contents, body };
      over.resolve();
      await session.release();
      response.end(String((await readdir(folder)).length));
    });
    server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    store.stop();
    await rm(folder, { recursive: true });
  });

  function port(): number {
    const address = server.address();
    if (typeof address !== 'object' || !address) throw new Error('the server should listen');
    return address.port;
  }

  /** Sends a form; tells how many spool files were left when its exchange was over. */
  async function send(form: Buffer): Promise<string> {
    const headers = { 'content-type': 'multipart/form-data; boundary=XbX' };
    const sent = new Uint8Array(form);
    const answer = await fetch(`http://127.0.0.1:${port()}/`, { method: 'POST', headers, body: sent });
    return await answer.text();
  }

  it('receiveMultipart gives whole files although the end of the form arrives before the last are written', async () => {
    policy = { ...POLICY, maxFiles: 5, surplus: 'refuse' };
    const files = [700_000, 70_000, 66_000, 100_000, 3].map((size) => randomBytes(size));
    for (let round = 0; round < 10; round += 1) {
      expect(await send(formBytes(files.map((file) => filePart('photo', file))))).toBe('0');
      expect(received?.uploads).toEqual(
        files.map((file) => expect.objectContaining({ sha256: hash('sha256', file, 'hex') })),
      );
      expect(received?.contents.map((one, at) => one.equals(files[at] ?? one.subarray(1)))).not.toContain(
        false,
      );
    }
  });

  it.each([100, 400_000, 3_000_000])(
    'receiveMultipart gives the last file alone although the one before, of %s bytes, is still being written',
    async (bytes) => {
      policy = POLICY;
      const form = formBytes([filePart('a', randomBytes(bytes), 'a'), filePart('b', 'last', 'b')]);
      expect(await send(form)).toBe('0');
      expect(received?.uploads).toEqual([expect.objectContaining({ fileName: 'b', bytes: 4 })]);
    },
  );

  it('receiveMultipart throws ClientGone where the client disconnects', async () => {
    policy = POLICY;
    const form = formBytes([filePart('a', randomBytes(400_000))]);
    const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=XbX\r\nContent-Length: ${form.length}\r\n\r\n`;
    const socket = connect(port(), '127.0.0.1');
    socket.write(head);
    socket.write(form.subarray(0, 300_000));
    while ((await readdir(folder)).length === 0) await new Promise((next) => setImmediate(next));
    socket.resetAndDestroy();
    await over.promise;
    expect(received?.uploads).toBeInstanceOf(ClientGone);
  });

  it('receiveMultipart stops reading at once where a form has too many parts', async () => {
    policy = POLICY;
    const parts = Array.from({ length: 100 }, () => textPart('t', 'x'));
    const tail = filePart('photo', randomBytes(3 << 20));
    expect(await send(formBytes([...parts, tail]))).toBe('0');
    expect(received?.uploads).toMatchObject({ problem: { kind: 'body-malformed', reason: 'limits' } });
    expect(received?.body.receivedBytes).toBeLessThan(1 << 20);
  });
});

async function contentOf({ source }: Upload): Promise<Buffer> {
  return source.kind === 'memory' ? Buffer.from(source.bytes) : await readFile(source.path);
}
