import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { ProblemError } from '../../domain/index.ts';
import { describePicture } from '../decode/describe-picture.ts';
import { openPicture } from '../decode/open-picture.ts';
import { renderPicture } from '../decode/render-picture.ts';
import { openByteReader } from '../detect/byte-reader.ts';
import { detectFormat } from '../detect/detect-format.ts';
import type { JobRequest, RenditionReport, WorkerAnswer, WorkerLimits } from '../job.ts';
import { scratchPath } from '../scratch-folder.ts';

/**
 * Renditions up to this size are part of the answer. Larger ones go to a file, so that the gateway does not
 * hold them in memory.
 */
const INLINE_BYTES = 1024 * 1024;

/** The answer of the worker to a job. */
export interface JobResult {
  readonly answer: WorkerAnswer;
  readonly bodies: readonly Uint8Array[];
}

/** Does one job; never rejects. */
export async function runJob(job: JobRequest, body: Uint8Array, limits: WorkerLimits): Promise<JobResult> {
  try {
    return await detectAndRender(job, body, limits);
  } catch (cause) {
    if (cause instanceof ProblemError) {
      return { answer: { kind: 'refused', problem: cause.problem }, bodies: [] };
    }
    const reason = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    return { answer: { kind: 'failed', reason }, bodies: [] };
  }
}

async function detectAndRender(job: JobRequest, body: Uint8Array, limits: WorkerLimits): Promise<JobResult> {
  const reader = await openByteReader(job.path ?? body);
  try {
    if (job.describe) {
      return {
        answer: { kind: 'described', description: await describePicture(reader, limits) },
        bodies: [],
      };
    }
    const format = await detectFormat(reader, job.accepted);
    const { input, picture, recipes } = await openPicture(format, reader, limits, job);
    const renditions: RenditionReport[] = [];
    const bodies: Uint8Array[] = [];
    for (const [index, recipe] of recipes.entries()) {
      const { bytes, ...made } = await renderPicture(input, picture, recipe, limits);
      const inScratch = bytes.length > INLINE_BYTES;
      if (inScratch) await writeFile(scratchPath(job.scratch, index), bytes, { flag: 'wx', mode: 0o600 });
      else bodies.push(bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      renditions.push({ ...made, bytes: bytes.length, sha256, inScratch });
    }
    const { width, height, frames, transparent } = picture;
    return {
      answer: { kind: 'done', facts: { format, width, height, frames, transparent }, renditions },
      bodies,
    };
  } finally {
    await reader.close();
  }
}
