import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture, readMark } from '../chaos/marked-picture.ts';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { type BackendProcess, startBackendProcess } from './support/backend-process.ts';
import { createShimHouse, type ShimHouse } from './support/shim-process.ts';

const DIALECT = ['--dialect', 'magicline-v1'];
const KEY = { 'x-api-key': 'demo-v1-key' };

describe('the address of a picture that a backend printed for the gateway’s host name', () => {
  let backend: BackendProcess;
  let house: ShimHouse;
  let shim: GatewayProcess;
  let printed: string;

  beforeAll(async () => {
    backend = await startBackendProcess();
    house = await createShimHouse({
      backendUrl: backend.url,
      crowd: 1,
      backend: { preserveHost: true, picturePaths: ['/files/'] },
    });
    shim = await house.start();
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(markedPicture(7))], { type: 'image/jpeg' }), 'me.jpg');
    const answer = await fetch(`${shim.url}/v1/customers/5000/images`, {
      method: 'PUT',
      headers: KEY,
      body: form,
    });
    printed = ((await answer.json()) as { imageUrl: string }).imageUrl;
  });
  afterAll(async () => {
    await shim.end();
    await backend.stop();
    await house.remove();
  });

  async function markAt(address: string): Promise<number> {
    const answer = await fetch(address);
    expect(answer.status).toBe(200);
    return readMark(Buffer.from(await answer.arrayBuffer()));
  }

  it('the address of a picture that a backend printed leads to the gateway, and to the picture in every stage until complete', async () => {
    expect(new URL(printed).origin).toBe(shim.url);
    expect(await markAt(printed)).toBe(7);
    const advance = async (...share: readonly string[]) =>
      (await house.polyface('migrate', 'advance', ...DIALECT, ...share, '--override', 'a test')).json;
    for (const stage of ['shadow', 'dual-write', 'switched']) {
      expect(await advance()).toMatchObject({ outcome: 'arrived', rollout: { stage } });
      expect(await markAt(printed)).toBe(7);
    }
    // Whose picture it is cannot be told: the address holds while anybody is below complete.
    expect(await advance('--percent', '30')).toMatchObject({
      outcome: 'arrived',
      rollout: { stage: 'complete' },
    });
    expect(await markAt(printed)).toBe(7);
    expect(await advance()).toMatchObject({ outcome: 'arrived', rollout: { stage: 'complete' } });
    const requests = await backend.requestCount();
    const answer = await fetch(printed);
    await answer.arrayBuffer();
    expect([answer.status, await backend.requestCount()]).toEqual([404, requests]);
  });
});
