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
  /** Waits until the output matches; rejects with the output when the process ends first. */
  waitForOutput(pattern: RegExp): Promise<RegExpExecArray>;
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
  // `close`, not `exit`: by then the pipes are empty, so that the last line is in the output.
  const exit = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const ended = exit.then(([code, by]) => code ?? by ?? 0);
  let output = '';
  const collect = (piece: Buffer) => {
    output += piece.toString();
    child.emit('output');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const failed = ended.then((code) => {
    throw new Error(`polyface serve ended with ${code}:\n${output}`);
  });
  failed.catch(() => undefined);
  const waitForOutput = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(output);
      if (found) return found;
      await Promise.race([once(child, 'output'), failed]);
    }
  };
  const [, url = ''] = await waitForOutput(/polyface listens on (\S+)\s/);
  return {
    url,
    child,
    output: () => output,
    waitForOutput,
    ended,
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}
