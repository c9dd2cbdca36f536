import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createUploadStore } from '../../src/gateway/intake/upload-store.ts';
import { hasEnded, newProcessTag, parseProcessTag } from '../../src/leftovers/process-tag.ts';
import { createSpool } from '../../src/spool/spool-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leftovers-'));
});
afterEach(() => rm(folder, { recursive: true }));

const [realm, pid, started] = newProcessTag().split('-');

async function sweptBy(names: readonly string[], old: readonly string[] = []): Promise<string[]> {
  for (const name of [...names, ...old]) await writeFile(join(folder, name), 'x');
  for (const name of old) await utimes(join(folder, name), 0, 0);
  const uploads = createUploadStore({
    folder,
    memoryBytes: 0,
    budgetBytes: 0,
    onSweepFailure: (cause) => {
      throw cause;
    },
  });
  await uploads.start();
  await uploads.stop();
  const left = await readdir(folder);
  return [...names, ...old].filter((name) => !left.includes(name));
}

it('knows its own files, and those of an earlier life of its process id', async () => {
  const living = `${realm}-${pid}-${started}-00000000-upload`;
  const earlierLife = `${realm}-${pid}-${Number(started) + 1}-00000000-upload`;
  expect(await sweptBy([living, earlierLife])).toEqual([earlierLife]);
});

it('leaves the files of another container alone, whose process 1 is not ours', async () => {
  const elsewhere = '0'.repeat(16);
  const alive = [`${elsewhere}-${pid}-${started}-00000000-a`, `${elsewhere}-4194304-7-00000000-b`];
  expect(await sweptBy(alive)).toEqual([]);
});

it('sweeps what another container left hours ago', async () => {
  const abandoned = `${'0'.repeat(16)}-1-7-00000000-a`;
  expect(await sweptBy([], [abandoned])).toEqual([abandoned]);
});

it('sweeps bodies that a dead process held, and none that a living one holds', async () => {
  async function* body() {
    yield Buffer.alloc(10, 1);
  }
  const held = await createSpool({ folder, memoryBytes: 1 }).hold(body(), 10);
  const [own] = await readdir(folder);
  const ofTheDead = String(own).replace(`-${pid}-`, '-4194304-');
  expect(await sweptBy([ofTheDead])).toEqual([ofTheDead]);
  expect(await readdir(folder)).toEqual([own]);
  await held.release();
  expect(await readdir(folder)).toEqual([]);
});

it('names uploads so that the next start knows whose they are', async () => {
  const uploads = createUploadStore({ folder, memoryBytes: 0, budgetBytes: 0, onSweepFailure: () => {} });
  const session = uploads.session();
  await session.take((take) => Promise.resolve(take(Buffer.from('x'))), {}, { maxBytes: 1 });
  const [name] = await readdir(folder);
  const tag = parseProcessTag(String(name));
  expect(tag).toMatchObject({ realm, pid: process.pid });
  expect(tag && hasEnded(tag)).toBe(false);
  await session.release();
});
