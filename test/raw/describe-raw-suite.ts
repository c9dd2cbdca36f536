import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAnswerCheck } from '../support/judge-answer.ts';
import { aPng } from '../support/pictures.ts';
import type { RawCase } from './raw-case.ts';
import { rawCases } from './raw-cases.ts';
import { converse, type RawAnswer } from './raw-client.ts';
import { type RawGateway, startRawGateway } from './raw-gateway.ts';
import type { WireDialect } from './wire-dialect.ts';
import { MAX_BYTES } from './wire-dialects.ts';

/** What an upload needs to be accepted by every dialect: PNG, and past Capillary's smallest size. */
const good = await aPng({ width: 80, height: 80, grain: 60 });

/** Sends every malformed and odd request of a dialect; after each the next request must work. */
export function describeRawSuite(dialect: WireDialect): void {
  const cases = rawCases(dialect, { good, cut: good.subarray(0, good.length >> 1) });
  let gateway: RawGateway;
  let check: ReturnType<typeof createAnswerCheck>;

  beforeAll(async () => {
    gateway = await startRawGateway({
      limits: { bodyTimeoutSeconds: 0.3, headersTimeoutSeconds: 2, drainBytes: 8_000_000, drainSeconds: 1 },
      options: Object.fromEntries(
        ['capillary-v2', 'magicline-v1', 'smartsheet', 'timbu', 'native'].map((name) => [
          name,
          { maxBytes: MAX_BYTES },
        ]),
      ),
    });
    check = createAnswerCheck(gateway.dialects);
    await readPictureOf(gateway, dialect);
  });
  afterAll(() => gateway.stop());

  describe(`${dialect.name} on a plain socket`, () => {
    it('the dialect is asked at least 120 malformed and odd requests, all different', () => {
      expect(cases.length).toBeGreaterThanOrEqual(120);
      expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    });

    it.each(cases.map((one) => [one.name, one] as const))(
      'the dialect answers %s, and then the next request',
      async (_name, one) => {
        const answer = await converse(gateway.port, one.script);
        expectAnswer(dialect, one, answer);
        expect(check({ ...answer, method: one.method, target: one.target })).toEqual([]);
        expect(await gateway.leftovers()).toEqual([]);
        expect((await read(gateway.port, dialect)).status).toBe(200);
      },
    );

    it('the dialect had nothing to log but what it answered', () => {
      const failures = gateway.logLines.filter(({ level }) => Number(level) >= 50);
      expect(failures).toEqual([]);
    });
  });
}

function expectAnswer(dialect: WireDialect, { expected, allow }: RawCase, answer: RawAnswer): void {
  const text = answer.body.toString();
  const wanted = typeof expected === 'string' ? [expected] : expected;
  const fits = wanted.some((kind) => {
    if (kind === 'good') return answer.status === 200 || answer.status === 201;
    if (kind === 'house') return answer.headers['content-type'] === 'application/problem+json';
    const row = dialect.rows[kind];
    if (!row) return false;
    const [status, mark] = row;
    return answer.status === status && (typeof mark === 'string' ? text.includes(mark) : mark.test(text));
  });
  if (!fits) throw new Error(`wanted ${wanted.join(' or ')}, got ${answer.status} ${text.slice(0, 300)}`);
  expect(answer.headers['content-length']).toBe(String(answer.body.length));
  if (answer.status >= 400) expect(JSON.parse(text)).toMatchObject(dialect.errorShape);
  if (answer.status === 405) expect(answer.headers.allow).toContain(allow);
}

function read(port: number, { read: target, credential }: WireDialect): Promise<RawAnswer> {
  return converse(port, { send: [`GET ${target} HTTP/1.1\r\nHost: gateway.test\r\n${credential}\r\n\r\n`] });
}

/** Where the documented GET gives a picture there has to be one first. */
async function readPictureOf({ port }: RawGateway, dialect: WireDialect): Promise<void> {
  if ((await read(port, dialect)).status === 200) return;
  const head = `PUT ${dialect.read} HTTP/1.1\r\nHost: x\r\n${dialect.credential}\r\nContent-Type: image/png\r\nContent-Length: ${good.length}\r\n\r\n`;
  const put = await converse(port, { send: [head, good] });
  if (put.status >= 300) throw new Error(`no picture could be put: ${put.status} ${put.body.toString()}`);
}
