/* Uses up all descriptors, tries to start a worker, and prints why it cannot. */
import { openSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startWorkerProcess } from '../../src/imaging/worker-process.ts';

function useUpDescriptors(): void {
  for (;;) {
    try {
      openSync('/dev/null', 'r');
    } catch {
      return;
    }
  }
}

useUpDescriptors();
const outcome = await startWorkerProcess(
  { limitPixels: 1_000_000, limitSidePixels: 1_000, memoryBytes: 384 * 1024 * 1024 },
  10,
).then(
  () => 'started',
  (cause: unknown) => (cause instanceof Error ? `${cause.message}: ${String(cause.cause)}` : String(cause)),
);
// A failure without a listener ends a process in the next turn.
await nextTurn();
process.stdout.write(outcome);
