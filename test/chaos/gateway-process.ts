import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A gateway in a process of its own, as users run it. */
export interface GatewayProcess {
  /** Where the living process answers. */
  url(): string;
  /** How often it was started. */
  starts(): number;
  /** Ends the process at once, as a power cut would end it. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Asks the process to end. */
  stop(): Promise<void>;
}

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');
/** A machine that is busy with other work may take minutes. */
const START_MS = 300_000;
const MAX_STARTS = 5;

/** Starts a gateway. What it says on standard error is kept for the message of a failure. */
export async function startGatewayProcess(settingsFile: string, dataDir: string): Promise<GatewayProcess> {
  let child: ChildProcess | undefined;
  let url = '';
  let starts = 0;

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, 'exit');
    ending.kill(signal);
    await ended;
  }

  const gateway: GatewayProcess = {
    url: () => url,
    starts: () => starts,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async start() {
      for (let tries = 1; ; tries += 1) {
        child = spawn(
          process.execPath,
          [PROGRAM, 'serve', '--config', settingsFile, '--port', '0', '--data-dir', dataDir],
          { stdio: ['ignore', 'ignore', 'pipe'] },
        );
        starts += 1;
        try {
          url = await listeningUrl(child);
          return;
        } catch (cause) {
          // As an orchestrator would: a gateway whose backend is away ends, and is started again.
          await end('SIGKILL');
          if (tries === MAX_STARTS) throw cause;
          await pause(1_000);
        }
      }
    },
  };
  await gateway.start();
  return gateway;
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  let said = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error(`the gateway does not start: ${said}`)), START_MS);
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
    const url = /listens on (http:\S+)\s/.exec(said)?.[1];
    if (url !== undefined) resolve(url);
  });
  child.once('exit', (code, signal) => reject(new Error(`the gateway ended (${code ?? signal}): ${said}`)));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
