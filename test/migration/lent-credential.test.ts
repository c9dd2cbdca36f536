import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture } from '../chaos/marked-picture.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { type RecordingBackend, startRecordingBackend } from './support/recording-backend.ts';
import { backendSettings, startShim } from './support/start-shim.ts';

const OWN = { kind: 'header', name: 'x-api-key', value: 'key of the gateway' } as const;
const WRITER = { 'x-api-key': 'demo-v1-key' };
const READER = { 'x-api-key': 'demo-v1-readonly' };
const JANE = { authorization: 'Bearer demo-smartsheet-jane' };

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
}

/** What the gateway refuses to carry out itself; the backend must not hear of it. */
const REFUSED: readonly (readonly [string, Asked, number])[] = [
  ['an anonymous GET', { method: 'GET', path: '/v1/customers/1002' }, 401],
  ['an anonymous PUT', { method: 'PUT', path: '/v1/customers/1002/images' }, 401],
  ['an anonymous DELETE', { method: 'DELETE', path: '/2.0/users/48569348493401201/profileimage' }, 405],
  ['an anonymous request below the mount', { method: 'POST', path: '/v1/admin/reset' }, 404],
  ['a wrong key', { method: 'GET', path: '/v1/customers/1002', headers: { 'x-api-key': 'guessed' } }, 401],
  [
    'a write with a read-only key',
    { method: 'PUT', path: '/v1/customers/1002/images', headers: READER },
    403,
  ],
];

/** What the gateway knows nothing of; the backend decides, by the caller's own credential. */
const UNKNOWN: readonly (readonly [string, Asked])[] = [
  ['DELETE of a sheet', { method: 'DELETE', path: '/2.0/sheets/1', headers: JANE }],
  ['a path below the mount', { method: 'POST', path: '/v1/admin/reset', headers: WRITER }],
];

describe.each(['pass-through', 'shadow', 'dual-write'] as const)(
  'with passCredential off in %s, the credential of the gateway',
  (initialStage) => {
    let backend: RecordingBackend;
    let shim: DemoGateway;

    beforeAll(async () => {
      backend = await startRecordingBackend();
      const change = { credential: OWN, passCredential: false, takesUnknown: false, initialStage };
      shim = await startShim([
        backendSettings('magicline-v1', backend.url, change),
        backendSettings('smartsheet', backend.url, change),
      ]);
    });
    afterEach(() => void backend.takeRequests());
    afterAll(async () => {
      await shim.stop();
      await backend.stop();
    });

    const ask = ({ method, path, headers = {} }: Asked) =>
      fetch(shim.url + path, { method, headers, ...(method === 'PUT' ? { body: form() } : {}) });

    it.each(REFUSED)("the gateway's own credential is not lent to %s", async (_what, asked, status) => {
      expect((await ask(asked)).status).toBe(status);
      expect(backend.takeRequests()).toEqual([]);
    });

    it.each(UNKNOWN)(
      "the gateway's own credential is not lent to %s, which is sent with the caller's own",
      async (_what, asked) => {
        expect((await ask(asked)).status).toBe(200);
        const [seen, ...more] = backend.takeRequests();
        expect(more).toEqual([]);
        expect([seen?.method, seen?.target]).toEqual([asked.method, asked.path]);
        for (const [name, value] of Object.entries(asked.headers ?? {})) {
          expect(seen?.headers[name]).toEqual([value]);
        }
      },
    );

    it("the gateway's own credential is lent to a caller who may read", async () => {
      expect((await ask({ method: 'GET', path: '/v1/customers/1002', headers: READER })).status).toBe(200);
      expect(backend.takeRequests()[0]?.headers['x-api-key']).toEqual([OWN.value]);
    });

    it.each([
      'x-original-url',
      'x-rewrite-url',
      'x-http-method-override',
      'x_http_method_override',
      'x-http-method',
      'x-method-override',
      'assume_user',
    ])(
      "the gateway's own credential is not lent to another operation or person, whom %s names",
      async (name) => {
        await ask({ method: 'GET', path: '/v1/customers/1002', headers: { ...READER, [name]: 'DELETE' } });
        const [seen] = backend.takeRequests();
        expect(seen?.headers['x-api-key']).toEqual([OWN.value]);
        expect(seen?.headers).not.toHaveProperty(name);
      },
    );

    it("the gateway's own credential is lent to a caller who may write", async () => {
      await ask({ method: 'PUT', path: '/v1/customers/1002/images', headers: WRITER });
      const put = backend.takeRequests().find(({ method }) => method === 'PUT');
      expect(put?.headers['x-api-key']).toEqual([OWN.value]);
    });
  },
);

it("the gateway's own credential replaces a header of its name, also where the name has an underscore", async () => {
  const backend = await startRecordingBackend();
  const credential = { ...OWN, name: 'api_key' };
  const change = { credential, passCredential: false, initialStage: 'pass-through' } as const;
  const shim = await startShim([backendSettings('magicline-v1', backend.url, change)]);
  await fetch(`${shim.url}/v1/customers/1002`, { headers: { ...READER, api_key: 'of the client' } });
  const [seen] = backend.takeRequests();
  await shim.stop();
  await backend.stop();
  expect(seen?.headers.api_key).toEqual([OWN.value]);
});

function form(): FormData {
  const data = new FormData();
  data.set('image', new Blob([new Uint8Array(markedPicture(1))], { type: 'image/jpeg' }), 'me.jpg');
  return data;
}
