import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createUploadStore } from '../../src/gateway/intake/upload-store.ts';
import { hasEnded, newProcessTag, parseProcessTag } from '../../src/temporary-files/process-tag.ts';
import { createSpool } from '../../src/temporary-files/spool.ts';

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
  uploads.stop();
  const left = await readdir(folder);
  return [...names, ...old].filter((name) => !left.includes(name));
}

it('createTemporaryFiles sweeps the files of an earlier process with the same id, and not its own', async () => {
  const living = `${realm}-${pid}-${started}-00000000-upload`;
  const earlierLife = `${realm}-${pid}-${Number(started) + 1}-00000000-upload`;
  expect(await sweptBy([living, earlierLife])).toEqual([earlierLife]);
});

it('createTemporaryFiles keeps the files of another container, whose process ids mean something else', async () => {
  const elsewhere = '0'.repeat(16);
  const alive = [`${elsewhere}-${pid}-${started}-00000000-a`, `${elsewhere}-4194304-7-00000000-b`];
  expect(await sweptBy(alive)).toEqual([]);
});

it('createTemporaryFiles sweeps files of another container that are hours old', async () => {
  const abandoned = `${'0'.repeat(16)}-1-7-00000000-a`;
  expect(await sweptBy([], [abandoned])).toEqual([abandoned]);
});

it('createTemporaryFiles sweeps held bodies of a process that has ended, and keeps those of a running one', async () => {
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

it('createTemporaryFiles names uploads after their process, so that the next start can tell', async () => {
  const uploads = createUploadStore({ folder, memoryBytes: 0, budgetBytes: 0, onSweepFailure: () => {} });
  const session = uploads.session();
  await session.receive(Readable.from([Buffer.from('x')]), {}, 1);
  const [name] = await readdir(folder);
  const tag = parseProcessTag(String(name));
  expect(tag).toMatchObject({ realm, pid: process.pid });
  expect(tag && hasEnded(tag)).toBe(false);
  await session.release();
});
