import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');

it('migrate advance refuses --percent together with --only, and says so', async () => {
  const { promise, resolve } = Promise.withResolvers<readonly [failed: boolean, printed: string]>();
  const args = ['migrate', 'advance', '--dialect', 'magicline-v1', '--percent', '10', '--only', 'people.txt'];
  execFile(process.execPath, [PROGRAM, ...args], (error, _out, printed) =>
    resolve([error !== null, printed]),
  );
  expect(await promise).toEqual([
    true,
    expect.stringContaining("option '--only <file>' cannot be used with option '--percent <n>'"),
  ]);
});
