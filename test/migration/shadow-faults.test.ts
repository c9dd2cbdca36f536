import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFaultyStore, type StoreFault } from '../rehearsal/faulty-store.ts';
import { numberedPicture } from '../rehearsal/numbered-picture.ts';
import { type IndependentServer, startIndependentServer } from './support/independent-server.ts';
import { backendSettings, startShim } from './support/start-shim.ts';

describe('a shadow whose own store misbehaves', () => {
  let backend: IndependentServer;
  beforeAll(async () => {
    backend = await startIndependentServer();
  });
  afterAll(() => backend.stop());

  it.each(['hang', 'crash', 'lie'] as const satisfies readonly StoreFault[])(
    'a shadow whose own store misbehaves never shows it to a client: %s',
    async (fault) => {
      const store = createFaultyStore();
      const shim = await startShim(
        [backendSettings('magicline-v1', backend.url, { initialStage: 'shadow' })],
        {
          store,
        },
      );
      store.fault = fault;
      try {
        for (let number = 1; number <= 8; number += 1) {
          const form = new FormData();
          form.set('image', new Blob([new Uint8Array(await numberedPicture(number))]), 'me.png');
          const answer = await fetch(`${shim.url}/v1/customers/1001/images`, {
            method: 'PUT',
            headers: { 'x-api-key': 'demo-v1-key' },
            body: form,
          });
          expect([answer.status, answer.headers.get('x-served-by')]).toEqual([200, 'independent']);
          expect(await answer.json()).toEqual({ imageUrl: expect.stringContaining(backend.url) });
          const read = await fetch(`${shim.url}/v1/customers/1001`, {
            headers: { 'x-api-key': 'demo-v1-key' },
          });
          expect(await read.json()).toMatchObject({ firstName: 'Somebody' });
        }
      } finally {
        store.fault = 'crash';
        await shim.stop();
      }
    },
  );
});
