import { readdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createShimHouse, crowdSubject, type ShimHouse } from './support/shim-process.ts';

describe('a shadowing gateway that is killed', () => {
  let backend: Server;
  let house: ShimHouse;
  const received = Promise.withResolvers<void>();

  beforeAll(async () => {
    // It takes the body and never answers, so that the copy for the shadow waits.
    backend = createServer((request) => request.resume().on('end', received.resolve));
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const address = backend.address();
    if (typeof address !== 'object' || !address) throw new Error('the backend should listen');
    house = await createShimHouse({
      backendUrl: `http://127.0.0.1:${address.port}`,
      crowd: 1,
      backend: { initialStage: 'shadow', timeoutSeconds: 60 },
    });
  });
  afterAll(async () => {
    backend.close();
    backend.closeAllConnections();
    await house.remove();
  });

  it('a shadowing gateway that is killed leaves a copy of a large upload in the spool, and the next start removes it', async () => {
    const spool = join(house.folder, 'data', 'spool');
    const first = await house.start();
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(3 << 20)]), 'me.png');
    const answer = fetch(`${first.url}/v1/customers/${crowdSubject(0).customer}/images`, {
      method: 'PUT',
      headers: { 'x-api-key': 'demo-v1-key' },
      body: form,
    });
    // The client is cut off with its gateway.
    const cut = expect(answer).rejects.toThrow();
    await received.promise;
    // The copy never holds the stream up, so it may reach the disk after the backend has the body.
    while ((await readdir(spool)).length === 0) await pause(20);
    expect(await readdir(spool)).toEqual([expect.stringContaining('-shadow-')]);
    await first.end('SIGKILL');
    await cut;
    expect(await readdir(spool)).toHaveLength(1);

    const second = await house.start();
    expect(await readdir(spool)).toEqual([]);
    await second.end();
  });
});
