import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { filePart, formBytes } from '../gateway/support/multipart.ts';
import { aPng } from '../support/pictures.ts';
import { converse } from './raw-client.ts';
import { type RawGateway, startRawGateway } from './raw-gateway.ts';
import type { WireDialect } from './wire-dialect.ts';
import { WIRE_DIALECTS } from './wire-dialects.ts';

/** Uploads that are given up, per dialect. */
const ABORTS = 60;

let gateway: RawGateway;

beforeAll(async () => {
  gateway = await startRawGateway({ limits: { spoolMemoryBytes: 16_384, maxConcurrentUploads: ABORTS } });
});
afterAll(() => gateway.stop());

const descriptors = async () => (await readdir('/proc/self/fd')).length;

async function underWay(): Promise<number> {
  const text = await gateway.registry.metrics();
  return Number(/^polyface_uploads_under_way (\d+)$/m.exec(text)?.[1]);
}

async function uploadOf({ upload, credential, subject }: WireDialect): Promise<Buffer> {
  const picture = await aPng({ width: 300, height: 300, grain: 80 });
  const body = upload.raw ? picture : formBytes([filePart(upload.field, picture)]);
  const type = upload.raw ? 'image/png' : 'multipart/form-data; boundary=XbX';
  const head = [
    `${upload.method} ${upload.path(subject)} HTTP/1.1`,
    'Host: x',
    credential,
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

/** Sends so much of the bytes, then cuts the connection: with a reset, or like a client that just ends. */
async function giveUp(bytes: Buffer, reset: boolean): Promise<void> {
  const socket = connect(gateway.port, '127.0.0.1');
  socket.on('error', () => {});
  await new Promise<void>((sent) => socket.write(bytes, () => sent()));
  await pause(Math.random() * 20);
  if (reset) socket.resetAndDestroy();
  else socket.destroy();
}

describe.each(Object.values(WIRE_DIALECTS))('uploads to $name that are given up', (dialect: WireDialect) => {
  it('uploads that are given up leave no file, no descriptor and no taken place behind', async () => {
    const whole = await uploadOf(dialect);
    await converse(gateway.port, { send: [whole] });
    const before = await descriptors();
    const attempts = Array.from({ length: ABORTS }, (_, at) =>
      giveUp(whole.subarray(0, Math.floor((whole.length * (at + 1)) / (ABORTS + 1))), at % 2 === 0),
    );
    await Promise.all(attempts);
    // The last of them may not have begun when none is under way for the first time.
    for (let quiet = 0; quiet < 5; quiet = (await underWay()) > 0 ? 0 : quiet + 1) await pause(20);
    expect(await gateway.leftovers()).toEqual([]);
    expect(await descriptors()).toBeLessThanOrEqual(before + 10);
    expect((await converse(gateway.port, { send: [whole] })).status).toBeLessThan(300);
  });
});
