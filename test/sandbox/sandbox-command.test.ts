import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { aJpeg } from '../support/pictures.ts';

it('polyface sandbox slows and cuts answers without a word on standard error', async () => {
  const child = spawn(process.execPath, [
    'src/cli/polyface.ts',
    'sandbox',
    '--dialects',
    'native,magicline-v1',
  ]);
  const complaints = text(child.stderr);
  const url = await firstLine(child);
  const picture = `${url}/native/v1/subjects/ada/image`;
  const headers = { authorization: 'Bearer demo-native-key' };
  const body = new Uint8Array(await aJpeg({ width: 20, height: 10 }));
  expect((await fetch(picture, { method: 'PUT', headers, body })).status).toBe(201);
  const slow = await fetch(picture, { headers: { ...headers, 'x-polyface-fault': 'rate=20000' } });
  expect((await slow.bytes()).byteLength).toBe(Number(slow.headers.get('content-length')));
  const cut = await fetch(picture, { headers: { ...headers, 'x-polyface-fault': 'cut=10' } });
  await expect(cut.bytes()).rejects.toThrow();
  const customer = await fetch(`${url}/v1/customers/1002`, { headers: { 'x-api-key': 'demo-v1-key' } });
  const { imageUrl } = (await customer.json()) as { imageUrl: string };
  expect(
    (await (await fetch(imageUrl, { headers: { 'x-polyface-fault': 'rate=20000' } })).bytes()).length,
  ).toBeGreaterThan(0);
  child.kill('SIGTERM');
  expect(await complaints).toBe('');
});

it('polyface sandbox prints its address, serves until it is told to stop, and leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-ready-'));
  const ready = join(folder, 'ready');
  const child = spawn(
    process.execPath,
    ['src/cli/polyface.ts', 'sandbox', '--dialects', 'timbu', '--seed', 'seven', '--ready-file', ready],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const url = await firstLine(child);
  expect(await readFile(ready, 'utf8')).toBe(`${url}\n`);
  const answer = await fetch(`${url}/users/me`, { headers: { authorization: 'Bearer demo-timbu-ada' } });
  expect(answer.status).toBe(200);
  expect((await fetch(`${url}/docs`)).status).toBe(200);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the child has no output');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return line;
}
