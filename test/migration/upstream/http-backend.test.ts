import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { upstream as capillary } from '../../../dialects/capillary-v2/upstream.ts';
import { upstream as magicline } from '../../../dialects/magicline-v1/upstream.ts';
import { upstream as smartsheet } from '../../../dialects/smartsheet/upstream.ts';
import { upstream as timbu } from '../../../dialects/timbu/upstream.ts';
import type { UpstreamTranslation } from '../../../src/domain/index.ts';
import { type BackendCommand, type Verdict, verdictOf } from '../../../src/migration/replicas/backend.ts';
import { backendAddress } from '../../../src/migration/upstream/backend-address.ts';
import { createHttpBackend, type HttpBackend } from '../../../src/migration/upstream/http-backend.ts';
import {
  createUpstreamConnection,
  type UpstreamConnection,
} from '../../../src/migration/upstream/upstream-connection.ts';
import { uploadOf } from '../model/model-backend.ts';
import { type RecordingBackend, startRecordingBackend } from '../support/recording-backend.ts';

const OPTIONS = { minBytes: 1, maxBytes: 1_000_000 };
const DIALECTS: Readonly<Record<string, UpstreamTranslation<never>>> = {
  'magicline-v1': magicline,
  smartsheet,
  timbu,
  'capillary-v2': capillary,
};
const REFERENCE = { kind: 'key', key: 'a'.repeat(32) } as const;
const READ: BackendCommand = { kind: 'read-subject', subject: REFERENCE, images: true };
const PUT: BackendCommand = {
  kind: 'put-images',
  subject: REFERENCE,
  images: [{ slot: 0, upload: uploadOf(7) }],
};
const DELETE: BackendCommand = { kind: 'delete-images', subject: REFERENCE, slots: [0] };

let server: RecordingBackend;
let connection: UpstreamConnection;

beforeAll(async () => {
  server = await startRecordingBackend();
  connection = createUpstreamConnection({ connectTimeoutMs: 1_000, timeoutMs: 1_000, maxConnections: 2 });
});
afterEach(() => void server.takeRequests());
afterAll(async () => {
  await connection.stop();
  await server.stop();
});

function backendOf(speaks: string): HttpBackend {
  const translation = DIALECTS[speaks];
  if (!translation) throw new Error(`no dialect ${speaks}`);
  return createHttpBackend({
    connection,
    address: backendAddress(server.url, []),
    speaks,
    translation,
    options: OPTIONS,
    slots: 1,
    credential: { kind: 'header', name: 'x-api-key', value: 'key' },
    credentialWatch: { heard: () => {} },
    learner: { learn: () => {} },
    strictTranslation: false,
    spool: {
      hold: () => Promise.reject(new Error('no picture is fetched')),
    },
    limitMs: 2_000,
    maxPictureBytes: 1_000,
  });
}

function person(aliases: Readonly<Record<string, string>>) {
  return { key: REFERENCE.key, tenant: 'demo', id: 'ada', aliases, profile: {} };
}

describe.each(Object.entries(DIALECTS))('a backend of %s', (speaks, { supports }) => {
  const commands = [READ, PUT, DELETE].filter(({ kind }) => supports.includes(kind));

  it('a backend is asked nothing about a person without an id in its dialect', async () => {
    const others = Object.keys(DIALECTS).filter((name) => name !== speaks);
    const stranger = person(Object.fromEntries(others.map((name) => [name, '7'])));
    for (const command of commands) {
      await expect(backendOf(speaks).carryOut(command, stranger)).rejects.toMatchObject({
        problem: { kind: 'subject-not-found' },
      });
    }
    expect(server.takeRequests()).toEqual([]);
    await backendOf(speaks).carryOut(READ, person({ [speaks]: '7' }));
    expect(server.takeRequests()).toHaveLength(1);
  });

  it.each<readonly [number, Verdict]>([
    [200, 'unsure'],
    [404, 'unsure'],
    [400, 'unsure'],
    // Refused at the door, by whomever.
    [401, 'later'],
    [413, 'refused'],
    [429, 'later'],
  ])('a backend whose answer to a write is a %i in foreign words leaves it %s', async (status, verdict) => {
    server.answer = (_request, response) =>
      void response.writeHead(status, { 'Content-Type': 'application/json' }).end('{"status":"maintenance"}');
    for (const command of commands.filter((one) => one !== READ)) {
      expect(verdictOf(await backendOf(speaks).carryOut(command, person({ [speaks]: '7' })))).toBe(verdict);
    }
  });
});

it.each([
  ['smartsheet', 400, { refId: 'abc', errorCode: 1164, message: 'A code that the list has no meaning for.' }],
  ['timbu', 400, { detail: 'There was an error parsing the body' }],
  ['capillary-v2', 400, { errors: [{ status: false, code: 99_999, message: 'A code of no list' }] }],
])('a refusal of %s in its own form ends the write, whatever its code', async (speaks, status, body) => {
  server.answer = (_request, response) =>
    void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  expect(verdictOf(await backendOf(speaks).carryOut(PUT, person({ [speaks]: '7' })))).toBe('refused');
});
