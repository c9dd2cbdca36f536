import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { RenditionRecipe } from '../src/domain/index.ts';
import { createImaging } from '../src/imaging/imaging.ts';
import type { Measure } from './budget.ts';
import { JPEG_QUALITY } from './jpeg-quality.ts';
import { median } from './measure/median.ts';
import { costOfTree } from './measure/process-tree.ts';

const RECIPE: RenditionRecipe = {
  fit: 'inside',
  box: { width: 1200, height: 1200 },
  enlarge: false,
  format: 'jpeg',
  background: '#ffffff',
  quality: JPEG_QUALITY,
  animated: false,
};

/** The difference is a tenth of what is measured: many short turns, so that the machine's drift falls on both. */
const TURNS_PER_ROUND = 4;

/** What recognising, checking and rendering in a worker process costs over calling sharp in the server's own process. */
export async function poolOverheadScenario(
  picture: Buffer,
  scale: { readonly rounds: number; readonly uploads: number },
): Promise<Measure[]> {
  const scratchDir = await mkdtemp(join(tmpdir(), 'polyface-pool-'));
  const imaging = createImaging({
    workers: 0,
    wallSeconds: 10,
    memoryMiB: 384,
    limitMegapixels: 50,
    limitSidePixels: 12_000,
    queue: 256,
    scratchDir,
  });
  await imaging.start();
  const throughPool = async () => {
    const result = await imaging.process({
      source: { kind: 'memory', bytes: picture },
      accepted: ['jpeg', 'png'],
      recipes: [RECIPE],
    });
    await result.release();
  };
  try {
    const rounds: { readonly pool: number; readonly inProcess: number }[] = [];
    const uploads = Math.max(30, Math.round(scale.uploads / TURNS_PER_ROUND));
    for (let turn = 0; turn < scale.rounds * TURNS_PER_ROUND; turn += 1) {
      const inProcess = await processorMsEach(uploads, () => renderInProcess(picture));
      rounds.push({ pool: await processorMsEach(uploads, throughPool), inProcess });
    }
    return [
      {
        work: 'render a 30 KB avatar',
        measure: 'processor time in the pool - sharp in-process',
        value: median(rounds.map(({ pool, inProcess }) => pool - inProcess)),
        unit: 'ms',
        budget: { atMost: 0.6 },
        details: {
          poolMs: median(rounds.map(({ pool }) => pool)),
          inProcessMs: median(rounds.map(({ inProcess }) => inProcess)),
        },
      },
    ];
  } finally {
    await imaging.stop(5);
    await rm(scratchDir, { recursive: true });
  }
}

/** The same work with the same encoder options, so that only the pool makes a difference. */
async function renderInProcess(picture: Buffer): Promise<void> {
  await sharp(picture)
    .autoOrient()
    .resize(1200, 1200, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: RECIPE.quality, optimiseCoding: false })
    .toBuffer();
}

/** Milliseconds of processor time of this process and its workers for one turn, one after the other, after a warm-up. */
async function processorMsEach(times: number, work: () => Promise<void>): Promise<number> {
  for (let warmUp = 0; warmUp < 15; warmUp += 1) await work();
  const before = await costOfTree(process.pid);
  for (let index = 0; index < times; index += 1) await work();
  const after = await costOfTree(process.pid);
  return ((after.processorSeconds - before.processorSeconds) * 1000) / times;
}
