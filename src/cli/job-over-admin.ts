import { setTimeout as pause } from 'node:timers/promises';
import type { Job } from '../admin/jobs.ts';
import type { AdminClient } from './admin-client.ts';
import { progressBar } from './maintenance-command.ts';

/** How often a job's progress is read, in milliseconds. */
const ASK_EVERY_MS = 500;

/** Starts long work on a gateway and waits for its end; an interrupt cancels it. */
export async function startJob(
  client: AdminClient,
  order: Readonly<Record<string, unknown>> & { readonly kind: string },
): Promise<Job> {
  return await finishJob(client, await client.ask<Job>('POST', '/jobs', order));
}

/** Waits for the end of a job; an interrupt cancels it. */
export async function finishJob(client: AdminClient, started: Job): Promise<Job> {
  let job = started;
  const cancel = () => void client.ask('DELETE', `/jobs/${job.id}`).catch(() => {});
  process.once('SIGINT', cancel).once('SIGTERM', cancel);
  const bar = progressBar(job.kind);
  try {
    while (job.state === 'running') {
      await pause(ASK_EVERY_MS);
      job = await client.ask<Job>('GET', `/jobs/${job.id}`);
      bar.show(job.progress);
    }
    return job;
  } finally {
    bar.end();
    process.off('SIGINT', cancel).off('SIGTERM', cancel);
  }
}

/** The result of a job. Throws where it failed. */
export function resultOf({ state, failure, result }: Job): object {
  if (state === 'failed') throw new Error(failure ?? 'the job failed');
  return typeof result === 'object' && result !== null ? result : { state };
}
