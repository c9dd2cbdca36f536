import { expect, it } from '@jest/globals';
import { hasFailedLately } from '../../src/core/render-lazily.ts';
import {
  type CommandContext,
  type RenditionRecipe,
  renditionName,
  type SubjectReference,
} from '../../src/domain/index.ts';
import { aGifOfManyFrames, aJpeg } from '../support/pictures.ts';
import { aContext, anUpload, bodyKeys, startCoreRig } from './core-rig.ts';

const HOUR_MS = 60 * 60 * 1000;
const caller: SubjectReference = { kind: 'caller' };

const own: RenditionRecipe = {
  fit: 'inside',
  enlarge: false,
  format: 'same',
  background: '#ffffff',
  quality: 80,
  animated: true,
};

it('the core decodes a new picture once for any number of readers who come first together', async () => {
  const rig = await startCoreRig();
  const upload = anUpload(await aJpeg({ width: 300, height: 200 }));
  const context = aContext({ rendition: own, intake: { renders: 'at-first-read' } });
  const { links: _links, ...withoutLinks } = context;
  await rig.executor.execute<'put-images'>(
    { kind: 'put-images', subject: caller, images: [{ slot: 0, upload }] },
    withoutLinks,
  );
  const before = rig.jobs.count;
  const reads = Array.from({ length: 20 }, () =>
    rig.executor.execute<'read-image'>({ kind: 'read-image', subject: caller, slot: 0 }, context),
  );
  const keys = new Set((await Promise.all(reads)).map(({ view }) => view.picture.key));
  expect(keys.size).toBe(1);
  expect(rig.jobs.count - before).toBe(1);
  expect(await bodyKeys(rig.objects)).toHaveLength(2);
  await rig.stop();
});

it('the core remembers that a rendition cannot be made, and pays for one attempt only', async () => {
  const rig = await startCoreRig();
  const upload = anUpload(aGifOfManyFrames({ side: 800, frames: 202 }));
  const still: RenditionRecipe = { ...own, box: { width: 100, height: 100 }, format: 'png', animated: false };
  await rig.executor.execute<'put-images'>(
    { kind: 'put-images', subject: caller, images: [{ slot: 0, upload }] },
    aContext({ rendition: still }),
  );
  const before = rig.jobs.count;
  const read = (rendition: RenditionRecipe) =>
    rig.executor.execute<'read-image'>(
      { kind: 'read-image', subject: caller, slot: 0 },
      aContext({ rendition }),
    );
  for (let reader = 0; reader < 3; reader++) {
    await expect(read(own)).rejects.toMatchObject({ problem: { kind: 'image-not-found' } });
  }
  expect(rig.jobs.count - before).toBe(1);
  rig.clock.atMs += 23 * HOUR_MS;
  await expect(read(own)).rejects.toMatchObject({ problem: { kind: 'image-not-found' } });
  expect(rig.jobs.count - before).toBe(1);
  rig.clock.atMs += 2 * HOUR_MS;
  await expect(read(own)).rejects.toMatchObject({ problem: { kind: 'image-not-found' } });
  expect(rig.jobs.count - before).toBe(2);
  expect((await read(still)).view.picture).toMatchObject({ format: 'png', width: 100 });
  await rig.stop();
});

it('the core tries a rendition that took too long again after minutes: the machine may have been busy', async () => {
  const rig = await startCoreRig();
  const upload = anUpload(await aJpeg());
  const { images } = await rig.executor.execute<'put-images'>(
    { kind: 'put-images', subject: caller, images: [{ slot: 0, upload }] },
    aContext(),
  );
  const image = images[0]?.image;
  if (!image) throw new Error('the upload was accepted');
  const failing = (limit: string) => ({
    ...image,
    failedRenditions: { [renditionName(own)]: { atMs: 0, problem: 'image-too-complex', limit } },
  });
  expect(hasFailedLately(failing('time'), own, HOUR_MS / 60)).toBe(true);
  expect(hasFailedLately(failing('time'), own, HOUR_MS)).toBe(false);
  expect(hasFailedLately(failing('memory'), own, HOUR_MS)).toBe(true);
  await rig.stop();
});

it('an upload of known bytes is refused in a dialect that cannot show them, although another one could', async () => {
  const rig = await startCoreRig();
  const upload = anUpload(aGifOfManyFrames({ side: 800, frames: 202 }));
  const still: RenditionRecipe = { ...own, box: { width: 100, height: 100 }, format: 'png', animated: false };
  const put = (context: CommandContext) =>
    rig.executor.execute<'put-images'>(
      { kind: 'put-images', subject: caller, images: [{ slot: 0, upload }] },
      context,
    );
  await put(aContext({ rendition: still }));
  await expect(put(aContext({ rendition: own, intake: { renders: 'at-first-read' } }))).rejects.toMatchObject(
    { problem: { kind: 'image-too-complex', limit: 'frames' } },
  );
  await rig.stop();
});
