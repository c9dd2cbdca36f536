import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { bodyKey, recordKey } from '../../src/core/storage-keys.ts';
import { subjectKey } from '../../src/core/subject-key.ts';
import {
  type PictureFormat,
  type RenditionRecipe,
  renditionName,
  type StoredPicture,
  type SubjectReference,
} from '../../src/domain/index.ts';
import { aContext, type CoreRig, startCoreRig } from './core-rig.ts';

const caller: SubjectReference = { kind: 'caller' };
const recipe: RenditionRecipe = {
  fit: 'inside',
  box: { width: 40, height: 40 },
  enlarge: false,
  format: 'jpeg',
  background: '#ffffff',
  quality: 80,
  animated: false,
};
const key = subjectKey('demo', 'ada');
const IMAGE_ID = '0123456789abcdef0123456789abcdef';

let rig: CoreRig;
beforeEach(async () => {
  rig = await startCoreRig();
});
afterEach(() => rig.stop());

/** The record and the two bodies that the first release wrote for a file it could not decode: the copy had its metadata overwritten. */
async function writeAsTheFirstRelease(format: PictureFormat, file: Buffer): Promise<StoredPicture> {
  const keep = async (rendition: string, bytes: Buffer): Promise<StoredPicture> => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const picture = {
      key: bodyKey({ subjectKey: key, imageId: IMAGE_ID, rendition }, sha256),
      bytes: bytes.byteLength,
      sha256,
      format,
      width: 0,
      height: 0,
    };
    await rig.objects.put(picture.key, { kind: 'memory', bytes });
    return picture;
  };
  const original = await keep('original', file);
  const copy = await keep(renditionName(recipe), Buffer.concat([file, Buffer.alloc(1)]));
  await rig.records.swap(recordKey(key), undefined, {
    schema: 1,
    tenant: 'demo',
    subjectId: 'ada',
    generation: 1,
    slots: {
      0: {
        kind: 'image',
        image: {
          id: IMAGE_ID,
          slot: 0,
          version: 1,
          generation: 1,
          handle: '2f1e4fc0-81fd-4b7a-8d5c-8b2f8c6d7e11',
          writtenAtMs: 1_600_000_000_000,
          writtenThrough: 'first',
          decodable: false,
          transparent: false,
          original,
          renditions: { [renditionName(recipe)]: copy },
        },
      },
    },
  });
  return copy;
}

const read = () =>
  rig.executor.execute<'read-image'>(
    { kind: 'read-image', subject: caller, slot: 0 },
    aContext({ rendition: recipe }),
  );

it('a HEIC that an earlier release could only copy is rendered when it is read', async () => {
  const heic = await readFile(join(import.meta.dirname, '../fixtures/corpus/burst.heic'));
  await writeAsTheFirstRelease('heic', heic);
  const { view } = await read();
  expect(view.picture).toMatchObject({ format: 'jpeg' });
  expect(view.picture.width).toBeGreaterThan(0);
});

it('a drawing that an earlier release copied is handed out as that copy, for it is not decoded here', async () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
  const copy = await writeAsTheFirstRelease('svg', svg);
  const { view } = await read();
  expect(view.picture).toMatchObject({ key: copy.key, format: 'svg' });
});
