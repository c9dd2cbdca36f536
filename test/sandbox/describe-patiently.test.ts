import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createImaging } from '../../src/imaging/imaging.ts';
import { describePatiently } from '../../src/sandbox/inbox/describe-patiently.ts';
import { aJpeg } from '../support/pictures.ts';

let folder = '';
let imaging: ReturnType<typeof createImaging>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-describe-patiently-'));
  imaging = createImaging({
    workers: 1,
    timeoutSeconds: 50,
    memoryMiB: 384,
    limitMegapixels: 50,
    limitSidePixels: 12_000,
    queue: 1,
    scratchDir: folder,
  });
  await imaging.start();
});
afterAll(async () => {
  await imaging.stop(5);
  await rm(folder, { recursive: true, force: true });
});

it('describePatiently describes every picture, also where more come than the worker and its queue can hold', async () => {
  const bytes = await aJpeg();
  const impatient = Array.from({ length: 8 }, () => imaging.describe({ kind: 'memory', bytes }));
  const refused = (await Promise.allSettled(impatient)).filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  const described = await Promise.all(Array.from({ length: 8 }, () => describePatiently(imaging, bytes)));
  expect(described.map(({ format }) => format)).toEqual(Array.from({ length: 8 }, () => 'jpeg'));
});
