import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { matchers, type PolyfaceMatchers } from '../../src/matchers/index.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { aJpeg } from '../support/pictures.ts';

declare module 'expect' {
  interface Matchers<R> extends PolyfaceMatchers<R> {}
}
expect.extend(matchers);

describe('toHaveReceivedPicture', () => {
  let sandbox: Sandbox;
  let folder = '';
  const before = process.cwd();
  beforeAll(async () => {
    sandbox = await startSandbox({ dialects: ['timbu'] });
    folder = await mkdtemp(join(tmpdir(), 'polyface-matchers-'));
    process.chdir(folder);
  });
  afterEach(() => sandbox.reset());
  afterAll(async () => {
    process.chdir(before);
    await rm(folder, { recursive: true, force: true });
    await sandbox.stop();
  });

  async function upload(bytes: Buffer): Promise<void> {
    const form = new FormData();
    form.append('file', new File([new Uint8Array(bytes)], 'portrait.jpg', { type: 'image/jpeg' }));
    const headers = { authorization: 'Bearer demo-timbu-ada' };
    await fetch(`${sandbox.url}/users/image/upload`, { method: 'PATCH', headers, body: form });
  }

  it('toHaveReceivedPicture holds for the picture that was sent, by a sandbox and by its address', async () => {
    const file = join(folder, 'portrait.jpg');
    await writeFile(file, await aJpeg({ width: 320, height: 240 }));
    await upload(await aJpeg({ width: 640, height: 480 }));
    const question = {
      dialect: 'timbu',
      subject: 'ada',
      format: 'jpeg',
      maxSide: 1024,
      upright: true,
      withoutLocation: true,
      looksLike: file,
    } as const;
    await expect(sandbox).toHaveReceivedPicture(question);
    await expect(sandbox.url).toHaveReceivedPicture(question);
    await expect(sandbox).not.toHaveReceivedPicture({ format: 'png' });
  });

  it('toHaveReceivedPicture fails with the difference in words and the picture on disk', async () => {
    await upload(await aJpeg({ width: 640, height: 480, orientation: 6 }));
    const failed = await Promise.resolve(
      expect(sandbox).toHaveReceivedPicture({ maxSide: 512, upright: true }),
    ).then(
      () => 'it held',
      (cause: Error) => cause.message,
    );
    expect(failed).toContain('maxSide: 512 was asked for, it is 640 × 480');
    expect(failed).toContain('upright: true was asked for, its EXIF orientation is 6');
    const [, path = ''] = /the picture that was sent: (\S+)/.exec(failed) ?? [];
    expect(path.endsWith('.jpeg')).toBe(true);
    expect(existsSync(path)).toBe(true);
  });

  it.each([
    [{ maxsize: 12 }, 'there is no such property; did you mean'],
    [{ format: 'jpg' }, 'must be one of jpeg'],
  ])(
    'toHaveReceivedPicture never passes by a typing error, neither way round: %j',
    async (question, message) => {
      await expect(matchers.toHaveReceivedPicture(sandbox, question as object)).rejects.toThrow(message);
    },
  );

  it('toHaveReceivedPicture refuses what is no sandbox', async () => {
    await expect(matchers.toHaveReceivedPicture({})).rejects.toThrow('wants a sandbox');
  });
});
