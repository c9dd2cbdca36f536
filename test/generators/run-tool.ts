import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What a tool printed. */
export interface ToolRun {
  readonly ok: boolean;
  readonly stdout: string;
  /** Everything, for the one who has to find out why. */
  readonly output: string;
}

/** Runs a command to its end; never throws for one that fails. */
export async function runTool(
  [command = '', ...args]: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<ToolRun> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { ok: code === 0, stdout, output: `${stdout}${stderr}` };
}

/** Runs a command that has to succeed. */
export async function requireTool(
  command: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<string> {
  const { ok, stdout, output } = await runTool(command, options);
  if (!ok) throw new Error(`${command.join(' ')} failed:\n${output}`);
  return stdout;
}
