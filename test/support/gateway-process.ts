import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');

/** What `npm run build` makes of it; `npm test` builds before it runs. */
export const BUILT_PROGRAM = join(import.meta.dirname, '../../dist/src/cli/polyface.js');

/** `polyface serve` in a process of its own, which a test may kill. */
export interface GatewayProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything that it printed so far, standard output and error together. */
  output(): string;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Sends the signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** Starts `polyface serve` on a free port; resolves once it listens and rejects with its output when it ends instead. */
export async function startGatewayProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  program = PROGRAM,
): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [program, 'serve', '--port', '0', ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const ended = exit.then(([code, by]) => code ?? by ?? 0);
  let output = '';
  const listening = new Promise<string>((resolve) => {
    const collect = (piece: Buffer) => {
      output += piece.toString();
      const found = /polyface listens on (\S+)/.exec(output)?.[1];
      if (found) resolve(found);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
  });
  const failed = ended.then((code) => {
    throw new Error(`polyface serve ended with ${code}:\n${output}`);
  });
  const url = await Promise.race([listening, failed]);
  failed.catch(() => undefined);
  return {
    url,
    child,
    output: () => output,
    ended,
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}
