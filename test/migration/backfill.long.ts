import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFilesystemStore } from '../../src/store/filesystem/filesystem-store.ts';
import { numberedPicture } from '../rehearsal/numbered-picture.ts';
import { type IndependentServer, startIndependentServer } from './support/independent-server.ts';
import { createShimHouse, crowdSubject, type ShimHouse } from './support/shim-process.ts';

const CROWD = 120;
const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');

describe('a backfill that ends early', () => {
  let backend: IndependentServer;
  let house: ShimHouse;
  beforeAll(async () => {
    backend = await startIndependentServer();
    house = await createShimHouse({
      backendUrl: backend.url,
      crowd: CROWD,
      backend: {
        initialStage: 'dual-write',
        requestsPerSecond: 100,
        timeoutSeconds: 1,
        connectTimeoutSeconds: 1,
      },
    });
    for (let number = 0; number < CROWD; number += 1) {
      const form = new FormData();
      form.set('image', new Blob([new Uint8Array(await numberedPicture(number))]), 'me.png');
      await fetch(`${backend.url}/v1/customers/${crowdSubject(number).customer}/images`, {
        method: 'PUT',
        body: form,
      });
    }
    // A gateway begins the store, and the migration in it.
    await (await house.start()).end();
  });
  afterAll(async () => {
    await backend.stop();
    await house.remove();
  });

  const dialect = ['--dialect', 'magicline-v1'];

  function spawnBackfill() {
    const place = ['--config', join(house.folder, 'shim.yaml'), '--data-dir', join(house.folder, 'data')];
    const args = ['backfill', ...dialect, '--subjects', house.subjectsFile, ...place];
    return spawn(process.execPath, [PROGRAM, ...args], { stdio: 'ignore' });
  }

  async function requestsAfter(before: number, count: number): Promise<void> {
    while (backend.requests.length - before < count) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Resolves when what became of the first people of the list is on the disk. */
  async function firstPlaceSaved(): Promise<void> {
    const { records } = createFilesystemStore({ folder: join(house.folder, 'data', 'store') });
    const isSaved = async () => {
      for await (const _ of records.list('migration/run-people/')) return true;
      return false;
    };
    while (!(await isSaved())) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  it('a backfill that is interrupted exits with 130', async () => {
    const before = backend.requests.length;
    const child = spawnBackfill();
    const ended = once(child, 'exit');
    await requestsAfter(before, 10);
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
  });

  it('a backfill that is killed goes on where it stopped, keeps to the rate, and leaves both sides equal', async () => {
    const before = backend.requests.length;
    const began = performance.now();
    const child = spawnBackfill();
    const ended = once(child, 'exit');
    await firstPlaceSaved();
    child.kill('SIGKILL');
    await ended;
    const requestsPerSecond = (backend.requests.length - before) / ((performance.now() - began) / 1000);
    expect(requestsPerSecond).toBeLessThan(105);

    const { json } = await house.polyface('backfill', ...dialect, '--subjects', house.subjectsFile);
    expect(json).toMatchObject({ complete: true, subjects: CROWD, failed: 0 });
    expect(json.resumedAt).toBeGreaterThan(0);
    const verified = await house.polyface('backfill', 'verify', ...dialect, '--subjects', house.subjectsFile);
    expect(verified.json).toMatchObject({ subjects: CROWD, equal: CROWD });
  }, 180_000);
});
