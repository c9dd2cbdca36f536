import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { probeStore } from '../../../src/store/probe-store.ts';
import { createS3Store } from '../../../src/store/s3/s3-store.ts';
import { miniStackSettings } from '../../support/ministack.ts';

const S3RVER = resolve(import.meta.dirname, '../../../judges/node_modules/s3rver/bin/s3rver.js');

/** An engine that stores, reads and deletes, and never looks at a condition. */
function unconditionalEngine() {
  const objects = new Map<string, Buffer>();
  const answerRequest = async (request: IncomingMessage, answer: ServerResponse) => {
    const { pathname, searchParams } = new URL(String(request.url), 'http://engine');
    const body = await buffer(request);
    if (searchParams.has('list-type')) {
      const keys = [...objects.keys()].filter((key) =>
        key.startsWith(`/pictures/${searchParams.get('prefix')}`),
      );
      const contents = keys.map((key) => `<Contents><Key>${key.slice('/pictures/'.length)}</Key></Contents>`);
      answer.end(`<ListBucketResult>${contents.toSorted().join('')}</ListBucketResult>`);
      return;
    }
    if (request.method === 'PUT') objects.set(pathname, body);
    if (request.method === 'DELETE') objects.delete(pathname);
    const found = objects.get(pathname);
    answer.writeHead(found || request.method === 'DELETE' ? 200 : 404, { etag: `"${found?.length}"` });
    answer.end(request.method === 'GET' ? (found ?? '<Error><Code>NoSuchKey</Code></Error>') : '');
  };
  return createServer((request, answer) => {
    answerRequest(request, answer).catch((cause: unknown) =>
      answer.destroy(new Error('no answer', { cause })),
    );
  });
}

it('the probe refuses an engine that ignores conditions, with the reason', async () => {
  const engine = unconditionalEngine();
  engine.listen(0, '127.0.0.1');
  await once(engine, 'listening');
  const address = engine.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const store = createS3Store(miniStackSettings({ endpoint: `http://127.0.0.1:${port}` }, 'pictures'));
  await store.start({ create: true });
  await expect(probeStore(store)).rejects.toThrow(
    /^[2-4] of 4 racers (?:created one and the same body|won one change)/,
  );
  await store.stop();
  engine.closeAllConnections();
  await new Promise((closed) => engine.close(closed));
});

it('the probe refuses s3rver, with the reason', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-s3rver-'));
  const child = spawn(
    process.execPath,
    [S3RVER, '--directory', folder, '--port', '0', '--configure-bucket', 'pictures'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  try {
    const port = await new Promise<string>((resolvePort, fail) => {
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /listening on .*:(\d+)\s/.exec(said)?.[1];
        if (found !== undefined) resolvePort(found);
      });
      child.once('exit', () => fail(new Error(`s3rver ended: ${said}`)));
    });
    const store = createS3Store(
      miniStackSettings({ endpoint: `http://127.0.0.1:${port}` }, 'pictures', {
        credential: { kind: 'static', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
      }),
    );
    await store.start({ create: true });
    await expect(probeStore(store)).rejects.toThrow(/^[2-4] of 4 racers/);
    await store.stop();
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
});
