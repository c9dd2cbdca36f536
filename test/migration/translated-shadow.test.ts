import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { markedPicture, readMark } from '../chaos/marked-picture.ts';
import { createFaultyStore } from '../rehearsal/faulty-store.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { CLIENTS, LEGACY_DIALECTS, pictureThrough } from './support/legacy-clients.ts';
import { metricsWith } from './support/read-metrics.ts';
import { backendSettings, startBackend, startShim } from './support/start-shim.ts';

const verdicts = async (url: string, count: number) =>
  Object.keys(await metricsWith(url, 'polyface_migration_compared_total', count)).map(
    (labels) => /verdict="([^"]+)"/.exec(labels)?.[1],
  );

describe.each(LEGACY_DIALECTS)('the shadow before a backend that speaks %s', (speaks) => {
  let backend: DemoGateway;
  beforeAll(async () => {
    backend = await startBackend();
  });
  afterAll(() => backend.stop());

  it.each(LEGACY_DIALECTS.filter((dialect) => dialect !== speaks))(
    'compares what the exchanges of a %s client mean, and their pictures, but not the wire',
    async (dialect) => {
      const shim = await startShim([
        backendSettings(dialect, backend.url, { speaks, initialStage: 'shadow' }),
      ]);
      try {
        const number = 100 + LEGACY_DIALECTS.indexOf(dialect);
        expect((await CLIENTS[dialect].put(shim.url, markedPicture(number))).status).toBe(200);
        const through = await pictureThrough(dialect, shim.url);
        expect(through && readMark(through)).toBe(number);
        for (const verdict of await verdicts(shim.url, 2)) {
          expect(['identical', 're-encoded']).toContain(verdict);
        }
        const levels = Object.keys(await metricsWith(shim.url, 'polyface_migration_differing_total', 0));
        expect(levels.filter((labels) => !labels.includes('level="bytes"'))).toEqual([]);
      } finally {
        await shim.stop();
      }
    },
  );
});

describe('the shadow of a translated pair', () => {
  let backend: DemoGateway;
  let shim: DemoGateway;
  const store = createFaultyStore();
  const { put } = CLIENTS['magicline-v1'];
  beforeEach(async () => {
    store.fault = 'none';
    backend = await startBackend();
    shim = await startShim(
      [backendSettings('magicline-v1', backend.url, { speaks: 'capillary-v2', initialStage: 'shadow' })],
      { store },
    );
  });
  afterEach(async () => {
    store.fault = 'crash';
    await shim.stop();
    await backend.stop();
  });

  it('finds a picture that somebody else put at the backend', async () => {
    await put(shim.url, markedPicture(1));
    expect(await verdicts(shim.url, 1)).toEqual(['identical']);
    await CLIENTS['capillary-v2'].put(backend.url, markedPicture(2));
    await CLIENTS['magicline-v1'].read(shim.url);
    expect(await verdicts(shim.url, 2)).toContain('different picture');
  });

  it('compares refusals', async () => {
    const torn = Buffer.concat([markedPicture(1).subarray(0, 300), Buffer.alloc(20_000)]);
    expect((await put(shim.url, torn)).status).toBe(400);
    expect(await verdicts(shim.url, 1)).toEqual(['identical']);
  });

  it('tells where the backend has but one word for two problems', async () => {
    expect((await put(shim.url, Buffer.alloc(20_000, 'no picture'))).status).toBe(400);
    expect(await verdicts(shim.url, 1)).toEqual(['error differs']);
  });

  it('compares uploads that the gateway keeps in a file, and leaves none behind', async () => {
    const large = Buffer.concat([markedPicture(3), Buffer.alloc(3_000_000)]);
    const answer = await put(shim.url, large);
    expect(answer.status).toBe(200);
    expect(await verdicts(shim.url, 1)).toEqual(['identical']);
  });

  it('counts what never reached the backend', async () => {
    const form = new FormData();
    form.set('something', 'else');
    const answer = await fetch(`${shim.url}/v1/customers/1002/images`, {
      method: 'PUT',
      headers: { 'x-api-key': 'demo-v1-key' },
      body: form,
    });
    expect(answer.status).toBe(400);
    const counted = await metricsWith(shim.url, 'polyface_migration_not_compared_total', 1);
    expect(Object.keys(counted)).toEqual([expect.stringContaining('reason="refused before the backend"')]);
  });

  it.each(['hang', 'crash', 'lie'] as const)(
    'serves clients although the own store should %s',
    async (fault) => {
      store.fault = fault;
      for (const mark of [5, 6]) {
        expect((await put(shim.url, markedPicture(mark))).status).toBe(200);
        const seen = await pictureThrough('magicline-v1', shim.url);
        expect(seen && readMark(seen)).toBe(mark);
      }
    },
  );
});
