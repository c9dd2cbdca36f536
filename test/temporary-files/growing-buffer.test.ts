import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, jest } from '@jest/globals';
import type { IncomingBody } from '../../src/gateway/intake/incoming-body.ts';
import { receiveJson } from '../../src/gateway/intake/receive-json.ts';
import { answerTap } from '../../src/migration/requests/answer-tap.ts';
import { createCapture } from '../../src/migration/requests/capture.ts';
import { readWhole } from '../../src/migration/upstream/read-answer.ts';
import { recordExchange } from '../../src/sandbox/inbox/record-exchange.ts';
import { receiveControlJson } from '../../src/sandbox/receive-control-json.ts';
import { createGrowingBuffer } from '../../src/temporary-files/growing-buffer.ts';
import { createSpool } from '../../src/temporary-files/spool.ts';

const CHUNKS = 5_000;
const HEAD = { method: 'POST', path: '/', params: {}, query: {}, headers: {} };
const ANSWER_HEAD = { status: 200, statusText: 'OK', rawHeaders: [] };

describe('createGrowingBuffer', () => {
  it('createGrowingBuffer gives the bytes of all pieces, and leaves alone what it gave before', () => {
    const buffer = createGrowingBuffer(4_000);
    expect(buffer.bytes()).toHaveLength(0);
    const whole = Buffer.from(Array.from({ length: 5_000 }, (_, at) => at % 251));
    for (let at = 0; at < whole.length; at += 7) buffer.append(whole.subarray(at, at + 7));
    const given = buffer.bytes();
    expect([buffer.length, given.equals(whole)]).toEqual([5_000, true]);
    buffer.append(Buffer.from('more'));
    buffer.clear();
    buffer.append(Buffer.from('anew'));
    expect([given.equals(whole), buffer.bytes().toString()]).toEqual([true, 'anew']);
  });
});

/** Chunks as a peer sends them that begins a new chunk with each byte, and how many of them are in memory. */
function watchChunks() {
  const given: WeakRef<Buffer>[] = [];
  const make = (): Buffer => {
    const chunk = Buffer.alloc(1, '1');
    given.push(new WeakRef(chunk));
    return chunk;
  };
  const kept = async (): Promise<number> => {
    await setImmediate();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    return given.filter((chunk) => chunk.deref() !== undefined).length;
  };
  return { make, kept };
}

/** Counts the chunks that the reader of a stream has kept when all but the end have arrived. */
async function keptOf(read: (stream: AsyncIterable<Buffer>) => Promise<unknown>): Promise<number> {
  const { make, kept } = watchChunks();
  let count = CHUNKS;
  async function* stream() {
    for (let at = 0; at < CHUNKS; at += 1) yield make();
    count = await kept();
  }
  await read(stream());
  return count;
}

/** Counts the chunks that somebody has kept who is called with each. */
async function keptByListener(listener: (chunk: Buffer) => void): Promise<number> {
  const { make, kept } = watchChunks();
  for (let at = 0; at < CHUNKS; at += 1) listener(make());
  return kept();
}

const bodyOf = (stream: AsyncIterable<Buffer>) =>
  ({ expected: true, receivedBytes: 0, open: () => stream }) as unknown as IncomingBody;

const READERS: readonly (readonly [string, () => Promise<number>])[] = [
  ['JSON that a client sends', () => keptOf((stream) => receiveJson(bodyOf(stream), HEAD))],
  [
    "a backend's answer that is read whole",
    () => keptOf((stream) => readWhole({ ...ANSWER_HEAD, body: Readable.from(stream) })),
  ],
  [
    'a body that is held to be read again',
    () => keptOf((stream) => createSpool({ folder: '', memoryBytes: CHUNKS }).hold(stream, CHUNKS)),
  ],
  [
    'JSON for the control pages of the sandbox',
    () => keptOf((stream) => receiveControlJson(stream as unknown as IncomingMessage)),
  ],
  [
    "the copy of a client's body for the shadow",
    () => {
      const options = { newPath: () => '', memoryBytes: CHUNKS, maxBytes: CHUNKS };
      const capture = createCapture({ ...options, mayUseDisk: async () => false });
      return keptByListener(capture.piece).finally(() => void capture.take());
    },
  ],
  [
    "the copy of a backend's answer",
    () => {
      const tap = answerTap({ ...ANSWER_HEAD, body: Readable.from([]) });
      return keptByListener(tap.piece).finally(tap.whole);
    },
  ],
  [
    "the sandbox's recording of a request",
    () => {
      const request = { push: () => true };
      const response = { write: () => true, end: () => {} };
      const recording = recordExchange(
        request as unknown as IncomingMessage,
        response as unknown as ServerResponse,
        CHUNKS,
      );
      return keptByListener(request.push).finally(() => recording.requestBody);
    },
  ],
];

describe('a peer that sends each byte as a chunk of its own', () => {
  it.each(READERS)(
    'a peer that sends each byte as a chunk of its own leaves no chunk, and no copy of one, in %s',
    async (_what, read) => {
      const concat = jest.spyOn(Buffer, 'concat');
      expect(await read()).toBeLessThan(CHUNKS / 10);
      for (const [pieces] of concat.mock.calls) expect(pieces.length).toBeLessThan(CHUNKS / 10);
      concat.mockRestore();
    },
  );
});
