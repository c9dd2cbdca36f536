import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');
const NATIVE = { authorization: 'Bearer demo-native-key' };
const V1 = { 'x-api-key': 'demo-v1-key' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-disk-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Whether this user may mount a small disk at the folder; a container may not let it. */
function mountSmallDisk(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function upload(url: string): Promise<number> {
  const form = new FormData();
  const picture = await readFile(join(import.meta.dirname, '../fixtures/camera.jpg'));
  form.set('image', new Blob([picture], { type: 'image/jpeg' }), 'camera.jpg');
  return (await fetch(`${url}/v1/customers/1002/images`, { method: 'PUT', headers: V1, body: form })).status;
}

async function readPicture(url: string): Promise<number> {
  const customer = (await (await fetch(`${url}/v1/customers/1002`, { headers: V1 })).json()) as {
    readonly imageUrl: string;
  };
  return (await fetch(customer.imageUrl)).status;
}

describe('a gateway on a disk that takes no more writes', () => {
  it('a gateway on a disk that takes no more writes starts and serves reads when the disk is full or read-only, and deletes when it is full', async () => {
    if (!mountSmallDisk()) {
      process.stderr.write('not run: this user may not mount a disk\n');
      return;
    }
    const place = ['--config', DEMO_FILE, '--data-dir', join(folder, 'data')];
    try {
      const first = await startGatewayProcess(place);
      expect([await upload(first.url), await readPicture(first.url)]).toEqual([200, 200]);
      await first.end();

      execFileSync('mount', ['-o', 'remount,ro', folder]);
      const readOnly = await startGatewayProcess(place);
      expect(await readPicture(readOnly.url)).toBe(200);
      await readOnly.end();
      execFileSync('mount', ['-o', 'remount,rw', folder]);

      await writeFile(join(folder, 'fill'), Buffer.alloc(4 << 20)).catch(() => undefined);
      const full = await startGatewayProcess(place);
      expect(await readPicture(full.url)).toBe(200);
      const removed = await fetch(`${full.url}/native/v1/subjects/ada/image`, {
        method: 'DELETE',
        headers: NATIVE,
      });
      expect(removed.status).toBe(204);
      const long = await fetch(`${full.url}/native/v1/subjects/ada/image`, {
        method: 'PUT',
        headers: { ...NATIVE, 'content-type': 'image/jpeg' },
        body: Buffer.alloc(12 << 20),
      });
      expect(long.status).toBe(503);
      // The log says which call on which file failed and why; the client learns nothing of the disk.
      await full.waitForOutput(/ENOSPC: no space left on device, write '[^']*\/data\/spool\/[^']*'/);
      expect(await long.text()).not.toMatch(/ENOSPC|spool/);
      await full.end();
    } finally {
      execFileSync('umount', ['--lazy', folder]);
    }
  });
});

describe('a start on a place that cannot hold a store', () => {
  /** Runs `serve` until it ends by itself. */
  const serve = (dataDir: string, ...node: string[]): Promise<{ code: unknown; output: string }> =>
    new Promise((done) => {
      const args = [...node, PROGRAM, 'serve', '--config', DEMO_FILE, '--port', '0', '--data-dir', dataDir];
      execFile(process.execPath, args, { timeout: 30_000, killSignal: 'SIGKILL' }, (error, _, stderr) =>
        done({ code: error?.code, output: stderr }),
      );
    });

  it('a start on a place that cannot hold a store ends with the path, the call and the code where the folder cannot be made', async () => {
    expect(await serve('/proc/nope/data')).toEqual({
      code: 1,
      output: "polyface: ENOENT: no such file or directory, mkdir '/proc/nope'\n",
    });
  });

  it.each([
    ['linkSync', 'EPERM: operation not permitted, link'],
    ['fsync', 'EINVAL: invalid argument, fsync'],
  ])(
    'a start on a place that cannot hold a store ends with folder, call and code where the file system refuses %s',
    async (call, message) => {
      // Stands in for a file system without it: the call itself fails, in the gateway's own process.
      const patch = join(folder, 'patch.mjs');
      const code = message.slice(0, message.indexOf(':'));
      const fail = `const error = () => Object.assign(new Error(${JSON.stringify(message)}), { code: '${code}' });`;
      const own =
        call === 'fsync'
          ? 'fs.fsync = (_file, done) => done(error());'
          : 'fs.linkSync = () => { throw error(); };';
      await writeFile(
        patch,
        `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'; ${fail} ${own} syncBuiltinESMExports();`,
      );
      const dataDir = join(folder, 'data');
      const { code: exit, output } = await serve(dataDir, '--import', patch);
      expect(exit).toBe(1);
      expect(output).toContain(message);
      if (call === 'linkSync') {
        expect(output).toContain(
          `${join(dataDir, 'store/temporary')} cannot hold a store, which needs hard links`,
        );
        expect(output).toContain('choose a folder of a local file system');
      }
    },
  );
});
