import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture, readMark } from '../chaos/marked-picture.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { CLIENTS, type LegacyDialect, pictureThrough } from './support/legacy-clients.ts';
import { backendSettings, startBackend, startShim } from './support/start-shim.ts';

const PAIRS: readonly (readonly [LegacyDialect, LegacyDialect])[] = [
  ['capillary-v2', 'smartsheet'],
  ['timbu', 'magicline-v1'],
  ['magicline-v1', 'capillary-v2'],
];

const seen = async (dialect: LegacyDialect, url: string) => {
  const picture = await pictureThrough(dialect, url);
  return picture && readMark(picture);
};

/** Polls until the backend shows the mark: it hears of writes a moment later, and may replace a picture that is being read. */
async function reaches(dialect: LegacyDialect, url: string, mark: number): Promise<void> {
  for (let look = 0; look < 100 && (await seen(dialect, url).catch(() => undefined)) !== mark; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await seen(dialect, url)).toBe(mark);
}

describe.each(PAIRS)('%s before a backend that speaks %s', (dialect, speaks) => {
  let backend: DemoGateway;
  beforeAll(async () => {
    backend = await startBackend();
    await (await CLIENTS[speaks].put(backend.url, markedPicture(1))).text();
  });
  afterAll(() => backend.stop());

  it('the shim holds a write on both sides in dual-write', async () => {
    const shim = await startShim([
      backendSettings(dialect, backend.url, { speaks, initialStage: 'dual-write' }),
    ]);
    try {
      expect(await seen(dialect, shim.url)).toBe(1);
      expect((await CLIENTS[dialect].put(shim.url, markedPicture(2))).status).toBe(200);
      expect([await seen(dialect, shim.url), await seen(speaks, backend.url)]).toEqual([2, 2]);
      expect(await seen('magicline-v1', shim.url)).toBe(2);
    } finally {
      await shim.stop();
    }
  });

  it('the shim fetches what it never saw when switched, and keeps the backend in step', async () => {
    const shim = await startShim([
      backendSettings(dialect, backend.url, { speaks, initialStage: 'switched' }),
    ]);
    try {
      expect(await seen(dialect, shim.url)).toBe(2);
      expect((await CLIENTS[dialect].put(shim.url, markedPicture(3))).status).toBe(200);
      expect(await seen(dialect, shim.url)).toBe(3);
      await reaches(speaks, backend.url, 3);
    } finally {
      await shim.stop();
    }
  });

  it('the shim tells the backend of what was written through another dialect', async () => {
    const shim = await startShim([
      backendSettings(dialect, backend.url, { speaks, initialStage: 'switched' }),
    ]);
    try {
      const picture = markedPicture(4);
      const answer = await fetch(`${shim.url}/native/v1/subjects/ada/image`, {
        method: 'PUT',
        headers: { authorization: 'Bearer demo-native-key', 'content-type': 'image/jpeg' },
        body: new Uint8Array(picture),
      });
      expect(answer.status).toBeLessThan(300);
      await reaches(speaks, backend.url, 4);
    } finally {
      await shim.stop();
    }
  });
});

describe('strict translation', () => {
  it('strict translation refuses what the backend has no room for, and sends nothing', async () => {
    const backend = await startBackend();
    const shim = await startShim([
      backendSettings('capillary-v2', backend.url, { speaks: 'magicline-v1', strictTranslation: true }),
    ]);
    try {
      const form = new FormData();
      for (const mark of [1, 2])
        form.append('file', new Blob([new Uint8Array(markedPicture(mark))]), `${mark}.jpg`);
      const till = Buffer.from('store.server:8a16a6b70505eb1f1ff7cdc0cd5559a7').toString('base64');
      const answer = await fetch(`${shim.url}/v2/customers/565039506/setImage`, {
        method: 'POST',
        headers: { authorization: `Basic ${till}` },
        body: form,
      });
      expect(answer.status).toBe(400);
      expect(await pictureThrough('magicline-v1', backend.url)).toBeUndefined();
    } finally {
      await shim.stop();
      await backend.stop();
    }
  });
});
