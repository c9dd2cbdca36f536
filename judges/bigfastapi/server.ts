import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** BigFastAPI's own Python. */
export const PYTHON = join(import.meta.dirname, 'python/bin/python');

/** BigFastAPI in a process of its own. */
export interface BigFastApi {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A person with an account on the server. */
export interface Account {
  readonly id: string;
  readonly token: string;
}

const START_MS = 60_000;

/** Starts the server in a folder, where its files and its database lie. `port`: where it was before. */
export async function startBigFastApi(options: {
  readonly folder: string;
  readonly secret: string;
  /** Tokens that are signed with the secret count, not only those of a log-in. */
  readonly signed: boolean;
  readonly port?: number;
}): Promise<BigFastApi> {
  const port = options.port ?? (await findFreePort());
  const url = `http://127.0.0.1:${port}`;
  const args = [join(import.meta.dirname, 'app.py'), String(port), options.secret];
  const child = spawn(PYTHON, options.signed ? [...args, '--signed'] : args, {
    cwd: options.folder,
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      said = `${said}${piece.toString()}`.slice(-4_000);
    });
  }
  const exit = once(child, 'exit');
  for (const deadlineMs = Date.now() + START_MS; !(await answers(url)); ) {
    if (child.exitCode !== null || Date.now() > deadlineMs) {
      child.kill('SIGKILL');
      throw new Error(`BigFastAPI does not start:\n${said}`);
    }
    await pause(100);
  }
  return {
    url,
    port,
    async stop() {
      child.kill();
      await exit;
    },
  };
}

/** Makes an account by the server's own route. */
export async function signUp(url: string, name: string): Promise<Account> {
  const answer = await fetch(`${url}/auth/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: `${name}@example.com`,
      password: name,
      first_name: name,
      last_name: 'Doe',
    }),
  });
  if (answer.status !== 201) throw new Error(`sign-up: ${answer.status} ${await answer.text()}`);
  const { data, access_token: token } = (await answer.json()) as {
    data: { id: string };
    access_token: string;
  };
  return { id: data.id, token };
}

/** The picture of a person that the server itself shows; `undefined` where it shows none. */
export async function pictureAt(url: string, { token }: Account): Promise<Buffer | undefined> {
  const headers = { authorization: `Bearer ${token}` };
  const user = (await (await fetch(`${url}/users/me`, { headers })).json()) as { image?: string | null };
  if (!user.image) return undefined;
  const picture = await fetch(new URL(user.image, url));
  return picture.ok ? Buffer.from(await picture.arrayBuffer()) : undefined;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/openapi.json`)).ok;
  } catch {
    return false;
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
