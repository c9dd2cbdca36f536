import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';

let sandbox: Sandbox;
let folder: string;

beforeAll(async () => {
  sandbox = await startSandbox({ dialects: ['timbu'] });
  folder = await mkdtemp(join(tmpdir(), 'polyface-conform-'));
});
afterAll(async () => {
  await sandbox.stop();
  await rm(folder, { recursive: true });
});

it('passes a server that conforms and keeps what it was asked to keep', async () => {
  const place = (name: string) => join(folder, name);
  const files = ['--json', place('a.json'), '--junit', place('a.xml'), '--exchanges', place('raw')];
  const { code, text } = await conform('--demo', '--only', 'getCurrentUser', ...files);
  expect(text).toContain('conforms to timbu (documented)');
  expect(code).toBe(0);
  expect(await readFile(place('a.xml'), 'utf8')).toContain('name="getCurrentUser/answers"');
  expect(JSON.parse(await readFile(place('a.json'), 'utf8'))).toMatchObject({ conforms: true });
  expect(await readdir(place('raw'))).toContain('getCurrentUser.credential-missing');
});

it('fails a server that does not, and says where', async () => {
  const { code, text } = await conform(
    '--header',
    'Authorization: Bearer nobody',
    '--only',
    'getCurrentUser',
  );
  expect(text).toMatch(/FAIL +getCurrentUser\/answers/);
  expect(text).toContain('expected success');
  expect(code).toBe(1);
});

it('holds a server to another profile when asked', async () => {
  const { code, text } = await conform('--demo', '--profile', 'observed', '--only', 'redirect');
  expect(text).toContain('header Location: expected /users/me');
  expect(code).toBe(1);
});

it('fails where a known deviation is mended', async () => {
  const known = join(folder, 'known.yaml');
  await writeFile(known, '- { case: getCurrentUser/answers, reason: it did not answer last week }\n');
  const { code, text } = await conform('--demo', '--only', 'getCurrentUser/answers', '--known', known);
  expect(text).toMatch(/MENDED getCurrentUser\/answers/);
  expect(code).toBe(1);
});

function conform(...options: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  const args = ['src/cli/polyface.ts', 'conform', '--dialect', 'timbu', '--url', sandbox.url, ...options];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr });
    });
  });
}
