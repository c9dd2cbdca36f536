import { findLoaderFault } from '../decode/loaders.ts';
import type { JobRequest, WorkerAnswer, WorkerLimits } from '../job.ts';
import { readMessage } from '../worker-message.ts';
import { runJob } from './run-job.ts';

/*
 * The process that reads hostile bytes: one job at a time, over the channel of `fork`. When the channel
 * closes, the pool is gone. Then this process ends at once, even in the middle of a decode.
 */
const limits = JSON.parse(process.argv[2] ?? '') as WorkerLimits;

function send(answer: WorkerAnswer, bodies: readonly Uint8Array[] = []): void {
  // The pool may be gone and cannot get the answer. `disconnect` then ends this process.
  process.send?.({ head: answer, body: Buffer.concat(bodies) }, undefined, {}, () => {});
}

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// The pool ends its workers itself. A terminal's Ctrl-C goes to the whole group, and must not cut off uploads
// under way.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

process.on('message', (received) => {
  const { head, body } = readMessage(received);
  void runJob(head as JobRequest, body, limits).then(({ answer, bodies }) => send(answer, bodies));
});

const fault = await findLoaderFault();
send(fault === undefined ? { kind: 'ready' } : { kind: 'unfit', reason: fault });
