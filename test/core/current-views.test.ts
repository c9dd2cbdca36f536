import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { RenditionRecipe, SubjectReference } from '../../src/domain/index.ts';
import { aJpeg } from '../support/pictures.ts';
import { aContext, anUpload, type CoreRig, startCoreRig } from './core-rig.ts';

const caller: SubjectReference = { kind: 'caller' };
const small: RenditionRecipe = {
  fit: 'inside',
  box: { width: 30, height: 30 },
  enlarge: false,
  format: 'jpeg',
  background: '#ffffff',
  quality: 80,
  animated: false,
};

let rig: CoreRig;
/** Runs once, right before the next body is opened. */
let meanwhile: (() => Promise<void>) | undefined;

async function put(width: number): Promise<void> {
  const upload = anUpload(await aJpeg({ width, height: 60 }));
  await rig.executor.execute<'put-images'>(
    { kind: 'put-images', subject: caller, images: [{ slot: 0, upload }] },
    aContext(),
  );
  await rig.settle();
}

beforeEach(async () => {
  rig = await startCoreRig(({ objects, records }) => ({
    records,
    objects: {
      ...objects,
      async get(key, range) {
        const act = meanwhile;
        meanwhile = undefined;
        await act?.();
        return await objects.get(key, range);
      },
    },
  }));
  await put(60);
});
afterEach(() => rig.stop());

it('the core shows the newer picture to a reader under whose eyes the older one was replaced', async () => {
  meanwhile = () => put(120);
  const { view } = await rig.executor.execute<'read-image'>(
    { kind: 'read-image', subject: caller, slot: 0 },
    aContext({ rendition: small }),
  );
  expect([view.image.version, view.picture.width, view.picture.height]).toEqual([2, 30, 15]);

  meanwhile = () => put(30);
  const { images } = await rig.executor.execute<'read-subject'>(
    { kind: 'read-subject', subject: caller, images: true },
    aContext({ rendition: { ...small, quality: 70 } }),
  );
  expect(images.map(({ image }) => image.version)).toEqual([3]);
});

it('the core shows nothing to a reader under whose eyes the picture was deleted', async () => {
  meanwhile = async () => {
    await rig.executor.execute<'delete-images'>(
      { kind: 'delete-images', subject: caller, slots: [0] },
      aContext(),
    );
    await rig.settle();
  };
  const reading = rig.executor.execute<'read-image'>(
    { kind: 'read-image', subject: caller, slot: 0 },
    aContext({ rendition: small }),
  );
  await expect(reading).rejects.toMatchObject({ problem: { kind: 'image-not-found' } });
});
