import { expect, it } from '@jest/globals';
import type { RenditionRecipe, SubjectReference } from '../../src/domain/index.ts';
import { aJpeg } from '../support/pictures.ts';
import { aContext, anUpload, bodyKeys, startCoreRig } from './core-rig.ts';

const caller: SubjectReference = { kind: 'caller' };

const own: RenditionRecipe = {
  fit: 'inside',
  enlarge: false,
  format: 'same',
  background: '#ffffff',
  quality: 80,
  animated: true,
};

it('decodes a new picture once for any number of readers who come first together', async () => {
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
