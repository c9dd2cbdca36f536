import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createFilesystemStore } from '../../src/store/filesystem/filesystem-store.ts';
import { storeOrphan, storePicture } from '../maintenance/stored-pictures.ts';

const root = join(import.meta.dirname, '../..');

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
  await store.start();
  await storePicture(store, 'ada');
  await storeOrphan(store, 'bob');
  return store;
}

it('gc tells what it would delete, deletes it, and leaves what is young', async () => {
  await storeWithPictures();
  const dry = await polyface('gc', '--grace', '0s', '--dry-run', '--json');
  expect(JSON.parse(dry.stdout)).toMatchObject({ complete: true, dryRun: true, bodies: 3, orphans: 1 });
  const young = await polyface('gc', '--json');
  expect(JSON.parse(young.stdout)).toMatchObject({ orphans: 0, young: 1 });
  const swept = await polyface('gc', '--grace', '0s');
  expect(swept.stdout).toContain('1 orphans (100 bytes) deleted');
  const again = await polyface('gc', '--grace', '0s', '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ bodies: 2, orphans: 0 });
});

it('gc --help shows each default once, as it would be typed', async () => {
  const { stdout } = await polyface('gc', '--help');
  expect(stdout.match(/default: [^)]*/g)).toEqual(['default: 1h']);
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
