import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { StoreSettings } from '../../src/settings/settings.ts';

/** The settings of an S3 store. */
export type S3Settings = Extract<StoreSettings, { kind: 's3' }>;

/** A running S3 engine. */
export interface S3Engine {
  readonly endpoint: string;
  readonly port: number;
  /** Ends the process at once, as a crash would. */
  stop(): Promise<void>;
}

/** How an engine is run. */
export interface S3EnginePlan {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  readonly bucket: string;
  readonly keys: S3Keys;
}

/** What an engine knows its only client by. */
export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const START_MS = 60_000;

/** Starts an engine in a process of its own, with a bucket. */
export async function startS3Engine({ command, env, port, bucket, keys }: S3EnginePlan): Promise<S3Engine> {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await makeBucket(child, endpoint, bucket, keys);
  return {
    endpoint,
    port,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      // SIGTERM waits for every kept connection to end.
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Store settings for a bucket of an engine. */
export function engineSettings(endpoint: string, bucket: string, keys: S3Keys): S3Settings {
  return {
    kind: 's3',
    bucket,
    region: 'us-east-1',
    endpoint,
    pathStyle: true,
    timeoutSeconds: 20,
    credential: { kind: 'static', ...keys },
  };
}

/** The engine says nothing when it listens: it is asked for its bucket until it answers. */
async function makeBucket(
  child: ChildProcess,
  endpoint: string,
  bucket: string,
  keys: S3Keys,
): Promise<void> {
  let said = '';
  const hear = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    // The SDK writes into what it is given.
    credentials: { ...keys },
    maxAttempts: 1,
  });
  try {
    for (const deadlineMs = Date.now() + START_MS; ; ) {
      try {
        await client.send(new CreateBucketCommand({ Bucket: bucket }));
        return;
      } catch (cause) {
        if (cause instanceof Error && cause.name.startsWith('BucketAlready')) return;
        if (child.exitCode !== null || Date.now() > deadlineMs) {
          child.kill('SIGKILL');
          throw new Error(`the S3 engine does not start: ${said}`, { cause });
        }
        await pause(50);
      }
    }
  } finally {
    client.destroy();
  }
}

/** A port on which no process listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  await new Promise((closed) => server.close(closed));
  return address.port;
}
