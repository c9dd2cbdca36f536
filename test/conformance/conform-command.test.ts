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

it('polyface conform passes a server that conforms and keeps what it was asked to keep', async () => {
  const place = (name: string) => join(folder, name);
  const reports = ['--json', place('a.json'), '--junit', place('a.xml'), '--html', place('a.html')];
  const files = [...reports, '--exchanges', place('raw')];
  const { code, text } = await conform('--demo', '--only', 'getCurrentUser', ...files);
  expect(text).toContain('conforms to timbu (documented)');
  expect(code).toBe(0);
  expect(await readFile(place('a.xml'), 'utf8')).toContain('name="getCurrentUser/answers"');
  expect(JSON.parse(await readFile(place('a.json'), 'utf8'))).toMatchObject({ conforms: true });
  expect(await readFile(place('a.html'), 'utf8')).toContain('<title>timbu (documented): conforms</title>');
  expect(await readdir(place('raw'))).toContain('getCurrentUser.credential-missing');
});

it('polyface conform fails a server that does not conform, and says where', async () => {
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

it('polyface conform says of a failure what was sent, what came back and what the document has', async () => {
  const place = (name: string) => join(folder, name);
  const { text } = await conform(
    '--header',
    'Authorization: Bearer nobody',
    '--only',
    'getCurrentUser/answers',
    '--junit',
    place('b.xml'),
    '--json',
    place('b.json'),
    '--html',
    place('b.html'),
  );
  const sent = `curl -i -X GET -H "Authorization: $AUTHORIZATION" '${sandbox.url}/users/me'`;
  const said = 'GET /users/me answers 401 with application/json: No token, or one that is not good.';
  for (const part of [`sent      ${sent}`, 'received  HTTP 401', `document  ${said}`])
    expect(text).toContain(part);
  expect(JSON.parse(await readFile(place('b.json'), 'utf8'))).toMatchObject({
    results: [{ failure: { curl: sent, document: expect.stringContaining(said) } }],
  });
  for (const name of ['b.xml', 'b.html'])
    expect(await readFile(place(name), 'utf8')).toContain('$AUTHORIZATION&quot; ');
});

it('polyface conform judges by a dialect that lies elsewhere', async () => {
  const own = [
    '--folder',
    'test/gateway/own-dialects/bare',
    '--document',
    'test/gateway/own-dialects/bare.yaml',
  ];
  const { text } = await conformTo('bare', sandbox.url, ...own);
  expect(text).toContain('to bare (documented):');
});

it('polyface conform says in one line that there is no server', async () => {
  const { code, text } = await conformTo('timbu', 'http://127.0.0.1:1', '--demo');
  expect(text).toBe('polyface: http://127.0.0.1:1 cannot be reached: ECONNREFUSED\n');
  expect(code).toBe(1);
});

it('polyface conform holds a server to another profile when asked', async () => {
  const { code, text } = await conform('--demo', '--profile', 'observed', '--only', 'redirect');
  expect(text).toMatch(/header Location: expected http:\/\/127\.0\.0\.1:\d+\/users\/me\n/);
  expect(code).toBe(1);
});

it('polyface conform fails where a known deviation is mended', async () => {
  const known = join(folder, 'known.yaml');
  await writeFile(known, '- { case: getCurrentUser/answers, reason: it did not answer last week }\n');
  const { code, text } = await conform('--demo', '--only', 'getCurrentUser/answers', '--known', known);
  expect(text).toMatch(/MENDED getCurrentUser\/answers/);
  expect(code).toBe(1);
});

function conform(...options: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  return conformTo('timbu', sandbox.url, ...options);
}

function conformTo(
  dialect: string,
  url: string,
  ...options: readonly string[]
): Promise<{ readonly code: number; readonly text: string }> {
  const args = ['src/cli/polyface.ts', 'conform', '--dialect', dialect, '--url', url, ...options];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr });
    });
  });
}
