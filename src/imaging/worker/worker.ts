import { Socket } from 'node:net';
import { findLoaderFault } from '../decode/loaders.ts';
import { createFrameReader, encodeFrame } from '../frames.ts';
import type { JobRequest, WorkerAnswer, WorkerLimits } from '../job.ts';
import { runJob } from './run-job.ts';

/*
 * The process that reads hostile bytes: one job at a time, from the channel that the pool left open on descriptor 3. When that
 * closes, the pool is gone and so is this process, at once, even in the middle of a decode.
 */
const limits = JSON.parse(process.argv[2] ?? '') as WorkerLimits;
const channel = new Socket({ fd: 3, readable: true, writable: true });

function send(answer: WorkerAnswer, bodies: readonly Uint8Array[] = []): void {
  const body = bodies.length === 1 && bodies[0] ? bodies[0] : Buffer.concat(bodies);
  channel.cork();
  for (const piece of encodeFrame(answer, body)) channel.write(piece);
  channel.uncork();
}

const leave = () => process.kill(process.pid, 'SIGKILL');
channel.on('end', leave).on('error', leave);
// The pool ends its workers itself; a terminal's Ctrl-C goes to the whole group and must not cut off uploads in flight.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

channel.on(
  'data',
  createFrameReader(({ head, body }) => {
    void runJob(head as JobRequest, body, limits).then(({ answer, bodies }) => send(answer, bodies));
  }),
);

const fault = await findLoaderFault();
send(fault === undefined ? { kind: 'ready' } : { kind: 'unfit', reason: fault });
