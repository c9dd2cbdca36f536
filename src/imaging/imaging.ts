import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Imaging, ProcessedPicture } from '../domain/index.ts';
import type { ImagingSettings } from '../settings/settings.ts';
import type { JobRequest } from './job.ts';
import { readAnswer } from './read-answer.ts';
import { clearScratch, prepareScratchFolder } from './scratch-folder.ts';
import { createWorkerPool } from './worker-pool.ts';
import { startWorkerProcess } from './worker-process.ts';

/** The settings, and a folder for renditions that are too large to be handed over in memory. */
export type ImagingOptions = ImagingSettings & {
  readonly scratchDir: string;
  /** Told of every worker that died in the middle of a job: the decoder crashed, or the system ended it. */
  readonly onCrash?: (cause: Error) => void;
};

/** A worker imports the decoder in a fraction of a second; a machine that needs this long is in trouble. */
const WORKER_START_SECONDS = 30;

/** Imaging in a pool of worker processes; see README.md beside this file for what bounds what. */
export function createImaging(options: ImagingOptions): Imaging {
  const { limitMegapixels, limitSidePixels, wallSeconds, memoryMiB, queue, scratchDir } = options;
  const limits = { limitPixels: limitMegapixels * 1_000_000, limitSidePixels };
  const pool = createWorkerPool({
    startWorker: () => startWorkerProcess(limits, WORKER_START_SECONDS),
    width: options.workers > 0 ? options.workers : availableParallelism(),
    queue,
    wallMs: wallSeconds * 1000,
    memoryBytes: memoryMiB * 1024 * 1024,
    onCrash: options.onCrash,
  });

  return {
    async process({ source, accepted, recipes }): Promise<ProcessedPicture> {
      const scratch = join(scratchDir, `rendition-${randomUUID()}`);
      const request: JobRequest = {
        ...(source.kind === 'file' ? { path: source.path } : {}),
        accepted: [...accepted],
        recipes: recipes.map((recipe) => ({ ...recipe })),
        scratch,
      };
      try {
        const frame = await pool.run(request, source.kind === 'memory' ? source.bytes : undefined);
        const { facts, renditions } = readAnswer(frame, recipes, scratch);
        const onDisk = renditions.some((rendition) => rendition.source.kind === 'file');
        return {
          facts,
          renditions,
          release: () => (onDisk ? clearScratch(scratch, recipes.length) : Promise.resolve()),
        };
      } catch (cause) {
        await clearScratch(scratch, recipes.length);
        throw cause;
      }
    },
    async start() {
      // The worker's process is on its way before anything is waited for.
      await Promise.all([pool.start(), prepareScratchFolder(scratchDir)]);
    },
    stop: (graceSeconds) => pool.stop(graceSeconds * 1000),
  };
}
