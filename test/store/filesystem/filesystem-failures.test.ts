import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreError } from '../../../src/domain/index.ts';
import { createDurableFolders } from '../../../src/store/filesystem/durable-folders.ts';
import { createFilesystemRecords } from '../../../src/store/filesystem/filesystem-records.ts';
import { createFilesystemStore } from '../../../src/store/filesystem/filesystem-store.ts';
import { createReserve } from '../../../src/store/filesystem/reserve.ts';
import { createStaging, type Staging } from '../../../src/store/filesystem/stage-file.ts';
import { errorCode } from '../../../src/temporary-files/error-code.ts';
import { newProcessTag } from '../../../src/temporary-files/process-tag.ts';

const run = promisify(execFile);
const noReserve = () => createReserve(join(folder, 'reserve'));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-failures-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a disk that is full', () => {
  it('a disk that is full is a problem that loses nothing and leaves nothing', async () => {
    // A file-size limit of 200 kB stands in for the disk: the system call fails in the same place.
    const program = join(import.meta.dirname, 'fill-limited-disk.ts');
    const { stdout } = await run('sh', [
      '-c',
      `ulimit -f 400; exec "$0" "$1" "$2"`,
      process.execPath,
      program,
      folder,
    ]);
    expect(JSON.parse(stdout)).toEqual({
      large: 'full',
      largeStream: 'full',
      keysAfter: ['bodies/aa/before.0', 'bodies/aa/small.0'],
      temporary: [],
      recordAfter: 'old',
    });
  });
});

describe('a failed system call', () => {
  it('a failed system call in any operation becomes a problem of the store', async () => {
    const store = createFilesystemStore({ folder });
    await store.start({ create: true });
    // Files in the place of folders make every call fail, whatever user runs the test.
    for (const part of ['objects', 'records']) {
      await rm(join(folder, part), { recursive: true });
      await writeFile(join(folder, part), '');
    }
    const { objects, records } = store;
    const operations: Record<string, () => Promise<unknown>> = {
      put: () => objects.put('bodies/aa/x', { kind: 'memory', bytes: Buffer.from('x') }),
      get: () => objects.get('bodies/aa/x'),
      delete: () => objects.delete('bodies/aa/x'),
      read: () => records.read('subjects/aa'),
      swap: () => records.swap('subjects/aa', undefined, 1),
      remove: () => records.remove('subjects/aa', '1'),
    };
    for (const [name, operation] of Object.entries(operations)) {
      const failure: unknown = await operation().catch((cause: unknown) => cause);
      expect([name, failure instanceof StoreError]).toEqual([name, true]);
    }
  });

  it('a failed system call on a folder that may not be written to is denied at the start', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed);
    await chmod(closed, 0o500);
    const program = join(import.meta.dirname, 'start-unprivileged.ts');
    await chmod(folder, 0o755);
    const { stdout } = await run(process.execPath, [program, closed]);
    expect(stdout).toBe('denied');
  });

  it('a failed system call that makes no folder for a new record fails its swap alone', async () => {
    await createFilesystemStore({ folder }).start({ create: true });
    const refuse = async () => {
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    };
    const folders = { ...createDurableFolders(folder), require: refuse };
    const staging = createStaging(join(folder, 'temporary'), newProcessTag());
    const records = createFilesystemRecords({
      root: join(folder, 'records'),
      folders,
      staging,
      reserve: noReserve(),
    });
    await expect(records.swap('subjects/aa', undefined, 1)).rejects.toMatchObject({ reason: 'full' });
    expect(await records.read('subjects/aa')).toBeUndefined();
    expect(await readdir(join(folder, 'temporary'))).toEqual([]);
  });

  it('a failed system call that finds a record cut off calls it damaged', async () => {
    const store = createFilesystemStore({ folder });
    await store.start({ create: true });
    await store.records.swap('subjects/aabb', undefined, { some: 'text' });
    const [name] = (await readdir(join(folder, 'records'), { recursive: true })).filter((file) =>
      file.endsWith('/1'),
    );
    await writeFile(join(folder, 'records', String(name)), '{"write":"a","bef');
    await expect(store.records.read('subjects/aabb')).rejects.toMatchObject({ reason: 'damaged' });
  });
});

describe('a start', () => {
  it('a start clears what dead processes left, leaves the living alone, and does not touch what is none of ours', async () => {
    const temporary = join(folder, 'temporary');
    await mkdir(temporary, { recursive: true });
    const [realm, pid, started] = newProcessTag().split('-');
    const names = {
      dead: `${realm}-4194304-7-00000000-1`,
      living: `${realm}-${pid}-${started}-00000000-1`,
      elsewhere: `${'0'.repeat(16)}-1-7-00000000-1`,
      elsewhereLongAgo: `${'0'.repeat(16)}-1-7-00000000-2`,
      foreign: 'notes.txt',
    };
    for (const name of Object.values(names)) await writeFile(join(temporary, name), '');
    await utimes(join(temporary, names.elsewhereLongAgo), 0, 0);
    await createFilesystemStore({ folder }).start({ create: true });
    expect((await readdir(temporary)).toSorted()).toEqual(
      [names.living, names.elsewhere, names.foreign].toSorted(),
    );
  });
});

describe('a process that stood still between its look and its swap', () => {
  it('a process that stood still between its look and its swap loses, even where the version that it would write has come and gone', async () => {
    await createFilesystemStore({ folder }).start({ create: true });
    const root = join(folder, 'records');
    const folders = createDurableFolders(folder);
    const staging = createStaging(join(folder, 'temporary'), newProcessTag());
    const records = createFilesystemRecords({ root, folders, staging, reserve: noReserve() });
    let version = await versionAfter(records.swap('subjects/aa', undefined, 0));

    const standstill = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const slow: Staging = {
      with: (bytes, publish) =>
        staging.with(bytes, async (path) => {
          arrived.resolve();
          await standstill.promise;
          return await publish(path);
        }),
    };
    const stale = createFilesystemRecords({ root, folders, staging: slow, reserve: noReserve() }).swap(
      'subjects/aa',
      version,
      'stale',
    );
    await arrived.promise;
    for (let change = 1; change <= 5; change += 1) {
      version = await versionAfter(records.swap('subjects/aa', version, change));
    }
    standstill.resolve();
    expect(await stale).toBe('conflict');
    expect(await records.read('subjects/aa')).toEqual({ value: 5, version });
    expect(await records.swap('subjects/aa', version, 6)).toHaveProperty('version');
  });
});

async function versionAfter(swap: Promise<{ readonly version: string } | 'conflict'>): Promise<string> {
  const result = await swap;
  if (result === 'conflict') throw new Error('conflict');
  return result.version;
}

it('errorCode reads the code of an error, and nothing where there is none', () => {
  expect(errorCode(Object.assign(new Error('x'), { code: 'EIO' }))).toBe('EIO');
  expect([errorCode(new Error('x')), errorCode(undefined), errorCode('EIO')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
