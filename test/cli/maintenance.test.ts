import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startStore } from '../../src/maintenance/start-store.ts';
import { createFilesystemStore } from '../../src/store/filesystem/filesystem-store.ts';
import { storeOrphan, storePicture } from '../maintenance/stored-pictures.ts';

const root = join(import.meta.dirname, '../..');

/** No client uploads. */
const NOW = ['--grace', '0s', '--accept-short-grace'];

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'polyface-maintenance-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

/** Runs a command as an operator would. */
function polyface(
  ...args: string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const where = ['--config', join(root, 'config/demo.yaml'), '--data-dir', dataDir];
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(root, 'src/cli/polyface.ts'), ...args, ...where],
      (error, stdout, stderr) => {
        done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
  });
}

async function storeWithPictures() {
  const store = createFilesystemStore({ folder: join(dataDir, 'store') });
  await startStore(store, { begin: true });
  await storePicture(store, 'ada');
  await storeOrphan(store, 'bob');
  return store;
}

it('gc tells what it would delete, deletes it, and leaves what is young', async () => {
  await storeWithPictures();
  const dry = await polyface('gc', ...NOW, '--dry-run', '--json');
  expect(JSON.parse(dry.stdout)).toMatchObject({ complete: true, dryRun: true, bodies: 3, orphans: 1 });
  const young = await polyface('gc', '--json');
  expect(JSON.parse(young.stdout)).toMatchObject({ orphans: 0, young: 1 });
  const swept = await polyface('gc', ...NOW);
  expect(swept.stdout).toContain('1 orphans (100 bytes) deleted');
  const again = await polyface('gc', ...NOW, '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ bodies: 2, orphans: 0 });
});

it('gc --help shows each default once, as it would be typed', async () => {
  const { stdout } = await polyface('gc', '--help');
  expect(stdout.match(/default: [^)]*/g)).toEqual(['default: 1h']);
});

it('gc refuses a grace time that is shorter than an upload may take', async () => {
  await storeWithPictures();
  const { code, stderr } = await polyface('gc', '--grace', '5m');
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('--grace 300s is shorter than an upload may take (330s'),
  ]);
});

it('gc refuses a grace time that it cannot read', async () => {
  const { code, stderr } = await polyface('gc', '--grace', 'soon');
  expect(code).not.toBe(0);
  expect(stderr).toContain('30m');
});

it('fsck passes a whole store, and ends with 1 and the name of the body where one is damaged', async () => {
  await storeWithPictures();
  const whole = await polyface('fsck', '--json');
  expect([whole.code, JSON.parse(whole.stdout)]).toMatchObject([
    0,
    { complete: true, bodies: 2, damaged: 0 },
  ]);
  const files = await readdir(join(dataDir, 'store/objects'), { recursive: true });
  const small = files.find((name) => name.includes(',small.'));
  await writeFile(join(dataDir, 'store/objects', String(small)), 'bytes of another picture');
  const damaged = await polyface('fsck');
  expect(damaged.code).toBe(1);
  expect(damaged.stdout).toMatch(/1 damaged\nbody-size: bodies\/[0-9a-f]{32}\/[0-9a-f]{32}\/small\./);
});

it('fsck and gc name a record that cannot be read, with its file, and go on', async () => {
  const store = await storeWithPictures();
  const { recordKey } = await storePicture(store, 'carl');
  const files = await readdir(join(dataDir, 'store/records'), { recursive: true });
  const file = files.find((name) => /\/\d+$/.test(name) && name.includes(recordKey.slice(-20)));
  await writeFile(join(dataDir, 'store/records', String(file)), 'rubbish');
  const { code, stdout } = await polyface('fsck');
  expect([code, stdout]).toEqual([1, expect.stringContaining(`record-unreadable: ${recordKey}: `)]);
  expect(stdout).toContain(`${file} holds no version of a record`);
  const swept = await polyface('gc', ...NOW, '--json');
  expect([swept.code, JSON.parse(swept.stdout)]).toMatchObject([0, { orphans: 1, unreadable: 1 }]);
});

it('backup and restore bring the pictures into another place, where fsck finds nothing', async () => {
  await storeWithPictures();
  const backup = await mkdtemp(join(tmpdir(), 'polyface-backup-'));
  const first = await polyface('backup', '--to', join(backup, 'b'), '--json');
  expect([first.code, JSON.parse(first.stdout)]).toMatchObject([0, { records: 1, bodies: 2, damaged: [] }]);
  await rm(join(dataDir, 'store'), { recursive: true });
  const restored = await polyface('restore', '--from', join(backup, 'b'));
  expect([restored.code, restored.stdout]).toEqual([0, expect.stringContaining('1 records, 2 bodies')]);
  expect(JSON.parse((await polyface('fsck', '--json')).stdout)).toMatchObject({ records: 1, damaged: 0 });
  const again = await polyface('restore', '--from', join(backup, 'b'));
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('the target holds something else')]);
  const nowhere = await polyface('restore', '--from', join(backup, 'mistyped'));
  expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('there is no store here')]);
  await rm(backup, { recursive: true });
});
