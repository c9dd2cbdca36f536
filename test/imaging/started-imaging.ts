import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import {
  type Imaging,
  type PictureFacts,
  type PictureFormat,
  type Problem,
  ProblemError,
  READABLE_FORMATS,
  type RenditionRecipe,
} from '../../src/domain/index.ts';
import { createImaging, type ImagingOptions } from '../../src/imaging/imaging.ts';

/** A rendition with its bytes at hand, wherever imaging had put them. */
export interface Rendition {
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
  readonly bytes: Buffer;
}

/** Imaging with real workers for the tests of one file. */
export interface StartedImaging {
  readonly imaging: () => Imaging;
  readonly scratchDir: () => string;
  /** Processes a file that is accepted whatever its format. */
  process(
    bytes: Buffer,
    recipes?: readonly RenditionRecipe[],
    accepted?: readonly PictureFormat[],
  ): Promise<{ facts: PictureFacts; renditions: Rendition[] }>;
  /** The problem that the file meets; a label when there is none. */
  verdict(bytes: Buffer, accepted?: readonly PictureFormat[]): Promise<string>;
  refusal(bytes: Buffer, accepted?: readonly PictureFormat[]): Promise<Problem | undefined>;
}

/** Starts imaging before the tests of the file and ends it after them. */
export function startImaging(overrides: Partial<ImagingOptions> = {}): StartedImaging {
  let imaging: Imaging | undefined;
  let scratchDir = '';
  const running = () => {
    if (!imaging) throw new Error('imaging runs only within a test');
    return imaging;
  };

  beforeAll(async () => {
    scratchDir = await mkdtemp(join(tmpdir(), 'polyface-imaging-'));
    imaging = createImaging({
      workers: 2,
      // Machines that run tests are busy; what the time limit does is tested where it is set.
      timeoutSeconds: 50,
      memoryMiB: 384,
      limitMegapixels: 64,
      limitSidePixels: 16_384,
      queue: 64,
      scratchDir,
      ...overrides,
    });
    await imaging.start();
  });
  afterAll(async () => {
    await imaging?.stop(5);
    await rm(scratchDir, { recursive: true, force: true });
  });

  const started: StartedImaging = {
    imaging: running,
    scratchDir: () => scratchDir,
    async process(bytes, recipes = [], accepted = READABLE_FORMATS) {
      const processed = await running().process({ source: { kind: 'memory', bytes }, accepted, recipes });
      const renditions: Rendition[] = [];
      for (const { source, ...rendition } of processed.renditions) {
        const content = source.kind === 'memory' ? Buffer.from(source.bytes) : await readFile(source.path);
        renditions.push({ ...rendition, bytes: content });
      }
      await processed.release();
      return { facts: processed.facts, renditions };
    },
    async refusal(bytes, accepted) {
      try {
        await started.process(bytes, [], accepted);
        return undefined;
      } catch (cause) {
        if (cause instanceof ProblemError) return cause.problem;
        throw cause;
      }
    },
    async verdict(bytes, accepted) {
      return (await started.refusal(bytes, accepted))?.kind ?? 'accepted';
    },
  };
  return started;
}
