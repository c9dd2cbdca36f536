import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { secondsOfEndedChildren, watchPeakMemory } from './process-tree.ts';

/** What a command cost, with every process that it started. */
export interface CommandCost {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly peakBytes: number;
}

/** Runs the built `polyface` with these arguments. Throws where it ends with another code than 0. */
export async function runPolyface(command: readonly string[]): Promise<CommandCost> {
  const before = await secondsOfEndedChildren();
  const began = performance.now();
  const child = spawn(process.execPath, ['dist/src/cli/polyface.js', ...command], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const memory = watchPeakMemory(Number(child.pid), 200);
  await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`polyface ${command.join(' ')} ended with ${child.exitCode}`);
  return {
    seconds: (performance.now() - began) / 1_000,
    processorSeconds: (await secondsOfEndedChildren()) - before,
    peakBytes: await memory.stop(),
  };
}
