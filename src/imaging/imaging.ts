import { availableParallelism } from 'node:os';
import type { ByteSource, Imaging, ProcessedPicture } from '../domain/index.ts';
import type { ImagingSettings } from '../settings/settings.ts';
import { createTemporaryFiles } from '../temporary-files/temporary-files.ts';
import type { JobRequest, PictureDescription } from './job.ts';
import { readAnswer, readDescription } from './read-answer.ts';
import { clearScratch } from './scratch-folder.ts';
import { createWorkerPool, type WorkerFigures } from './worker-pool.ts';
import { startWorkerProcess } from './worker-process.ts';

/** The settings, and a folder for renditions that are too large to be handed over in memory. */
export type ImagingOptions = ImagingSettings & {
  readonly scratchDir: string;
  /**
   * Called for every worker that ends in the middle of a job, because the decoder crashed or the system ended
   * it.
   */
  readonly onCrash?: (cause: Error) => void;
};

/** A worker imports the decoder in a fraction of a second. A machine that needs longer than this has a fault. */
const WORKER_START_SECONDS = 30;

/** Describes files, e.g. for a tester who wants to know what a client sent. */
export interface PictureDescriber {
  /** Throws if no worker is free, or if the worker ended while it read the file. */
  describe(source: ByteSource): Promise<PictureDescription>;
}

/** Says how busy the workers are. */
export interface WatchedWorkers {
  figures(): WorkerFigures;
}

/** Imaging in a pool of worker processes. README.md beside this file lists its limits. */
export function createImaging(options: ImagingOptions): Imaging & PictureDescriber & WatchedWorkers {
  const { limitMegapixels, limitSidePixels, timeoutSeconds, memoryMiB, queue, scratchDir } = options;
  const memoryBytes = memoryMiB * 1024 * 1024;
  const limits = { limitPixels: limitMegapixels * 1_000_000, limitSidePixels, memoryBytes };
  const files = createTemporaryFiles(scratchDir);
  const pool = createWorkerPool({
    startWorker: () => startWorkerProcess(limits, WORKER_START_SECONDS),
    width: options.workers > 0 ? options.workers : availableParallelism(),
    queue,
    timeoutMs: timeoutSeconds * 1000,
    memoryBytes,
    onCrash: options.onCrash,
  });

  return {
    figures: pool.figures,
    async process({ source, accepted, recipes, deferrable = false }): Promise<ProcessedPicture> {
      const scratch = files.newPath('rendition');
      const request: JobRequest = {
        ...(source.kind === 'file' ? { path: source.path } : {}),
        accepted: [...accepted],
        recipes: recipes.map((recipe) => ({ ...recipe })),
        deferrable,
        scratch,
      };
      try {
        const answer = await pool.run(request, source.kind === 'memory' ? source.bytes : undefined);
        const { facts, renditions } = readAnswer(answer, recipes, deferrable, scratch);
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
    async describe(source) {
      const request: JobRequest = {
        describe: true,
        ...(source.kind === 'file' ? { path: source.path } : {}),
        accepted: [],
        recipes: [],
        deferrable: false,
        scratch: '',
      };
      return readDescription(await pool.run(request, source.kind === 'memory' ? source.bytes : undefined));
    },
    async start() {
      // Both start at once. Starting the worker takes longest.
      await Promise.all([pool.start(), files.prepare()]);
    },
    stop: (graceSeconds) => pool.stop(graceSeconds * 1000),
  };
}
