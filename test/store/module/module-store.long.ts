import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openModuleStore } from '../../../src/store/open-module-store.ts';
import { probeStore } from '../../../src/store/probe-store.ts';
import { STORE_PROMISES } from '../../../src/store/promises/store-promises.ts';

const GUIDE = join(import.meta.dirname, '../../../docs/adding-a-store.md');
const EXPORT = join(import.meta.dirname, '../../../src/store/index.ts');
const run = promisify(execFile);

let folder: string;
let module: string;

/** The guide's files, word for word, in a folder outside the repository; only the package's name is replaced. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-own-driver-'));
  module = join(folder, 'my-store.mjs');
  const blocks = [...(await readFile(GUIDE, 'utf8')).matchAll(/```js\n([^]*?)```/g)].map(([, code = '']) =>
    code.replace("'polyface/store'", JSON.stringify(EXPORT)),
  );
  expect(blocks).toHaveLength(2);
  await writeFile(module, String(blocks[0]));
  await writeFile(join(folder, 'my-store.test.mjs'), String(blocks[1]));
});
afterAll(() => rm(folder, { recursive: true }));

describe("the guide's own driver", () => {
  it("the guide's own driver keeps every promise, as the guide's test with Node's own runner says", async () => {
    const env = { PATH: process.env.PATH };
    const args = ['--test', '--test-reporter=tap', 'my-store.test.mjs'];
    const { stdout } = await run(process.execPath, args, { cwd: folder, env, maxBuffer: 2 ** 26 });
    expect(stdout).toContain(`# pass ${STORE_PROMISES.length}\n`);
    expect(stdout).toContain('# fail 0\n');
    // 10,000 synced inserts on a disk that others use.
  }, 900_000);

  it("the guide's own driver is told from one that breaks a promise", async () => {
    const store = await openModuleStore({ module, options: { file: join(folder, 'forgetful.db') } });
    await store.start({ create: true });
    const forgetful = { ...store, objects: { ...store.objects, get: async () => undefined } };
    const broken: string[] = [];
    for (const { port, sentence, hold } of STORE_PROMISES.filter((promise) => promise.port === 'bodies')) {
      await hold({ store: forgetful, another: async () => forgetful }).catch(() =>
        broken.push(`${port}: ${sentence}`),
      );
    }
    await store.stop();
    expect(broken).toContain(
      'bodies: gives back the bytes that were put, from memory, from a file and from a stream',
    );
    expect(broken).not.toContain('bodies: lists size and time of each body');
  });

  it("the guide's own driver passes the start probe", async () => {
    const store = await openModuleStore({ module, options: { file: join(folder, 'probed.db') } });
    await store.start({ create: true });
    await probeStore(store);
    await store.stop();
  });
});

describe('a driver of your own', () => {
  it.each([
    ['export const store = 1;', 'the default export must be a function'],
    ['export default () => ({ start() {}, stop() {} });', 'lacks objects.put, objects.get'],
    ['export default () => undefined;', 'lacks start, stop'],
  ])(
    'a driver of your own that is none is refused with its file and what it lacks: %s',
    async (code, says) => {
      // A module is loaded once for each path.
      const file = join(folder, `no-store-${says.length}.mjs`);
      await writeFile(file, code);
      const refusal = openModuleStore({ module: file, options: {} });
      await expect(refusal).rejects.toThrow(says);
      await expect(refusal).rejects.toThrow(file);
    },
  );
});
