import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A server in a process of its own. */
export interface ChildServer {
  readonly pid: number;
  readonly baseUrl: string;
  stop(): Promise<void>;
}

/** Starts a script and waits for the line in which it says where it listens. */
export async function startChildServer(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ChildServer> {
  // As users start it: without what the project's own scripts set.
  const { NODE_COMPILE_CACHE: _ofScripts, ...usual } = process.env;
  const child = spawn(process.execPath, command, {
    env: { ...usual, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const baseUrl = await addressOf(child, command.join(' '));
  if (child.pid === undefined) throw new Error('a started process has an id');
  return { pid: child.pid, baseUrl, stop: () => end(child) };
}

async function addressOf(child: ChildProcess, name: string): Promise<string> {
  if (!child.stdout) throw new Error('the output of a bench server is read through a pipe');
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
    if (!found) continue;
    child.stdout.resume();
    return found[0];
  }
  throw new Error(`${name} ended before it listened`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
