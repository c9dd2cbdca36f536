import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from '@jest/globals';

it('prints its address, serves until it is told to stop, and leaves nothing behind', async () => {
  const child = spawn(
    process.execPath,
    ['src/cli/polyface.ts', 'sandbox', '--dialects', 'timbu', '--seed', 'seven'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const url = await firstLine(child);
  const answer = await fetch(`${url}/users/me`, { headers: { authorization: 'Bearer demo-timbu-ada' } });
  expect(answer.status).toBe(200);
  expect((await fetch(`${url}/docs`)).status).toBe(200);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the child has no output');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return line;
}
