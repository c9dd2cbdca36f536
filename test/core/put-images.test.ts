import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandOf, SubjectReference } from '../../src/domain/index.ts';
import { StoreError } from '../../src/domain/index.ts';
import { aJpeg, aPng } from '../support/pictures.ts';
import { aContext, ada, anUpload, bodyKeys, type CoreRig, startCoreRig } from './core-rig.ts';

const caller: SubjectReference = { kind: 'caller' };

function put(bytes: Buffer, slot = 0): CommandOf<'put-images'> {
  return { kind: 'put-images', subject: caller, images: [{ slot, upload: anUpload(bytes) }] };
}

describe('putting images', () => {
  let rig: CoreRig;
  let red: Buffer;
  let blue: Buffer;

  beforeEach(async () => {
    rig = await startCoreRig();
    red = await aJpeg({ width: 200, height: 100 });
    blue = await aPng({ width: 50, height: 80 });
  });
  afterEach(() => rig.stop());

  const readBack = async () =>
    (
      await rig.executor.execute<'read-subject'>(
        { kind: 'read-subject', subject: caller, images: true },
        aContext(),
      )
    ).images;

  it('the core shows the writer the rendition of its dialect', async () => {
    const { images } = await rig.executor.execute<'put-images'>(put(red), aContext());
    expect(images).toHaveLength(1);
    expect(images[0]?.picture).toMatchObject({ width: 64, height: 64, format: 'jpeg' });
    expect(images[0]?.image).toMatchObject({ version: 1, slot: 0, generation: 1, writtenThrough: 'first' });
    expect(images[0]?.image.original).toMatchObject({ width: 200, height: 100, bytes: red.byteLength });
  });

  it('the core counts versions from 1 and keeps the handle over a replacement', async () => {
    const first = await rig.executor.execute<'put-images'>(put(red), aContext());
    const second = await rig.executor.execute<'put-images'>(put(blue), aContext());
    expect(second.images[0]?.image.version).toBe(2);
    expect(second.images[0]?.image.handle).toBe(first.images[0]?.image.handle);
    expect(second.images[0]?.image.id).not.toBe(first.images[0]?.image.id);
    expect([first.created, second.created]).toEqual([true, false]);
  });

  it('the core deletes the bodies of a picture that was replaced', async () => {
    await rig.executor.execute<'put-images'>(put(red), aContext());
    await rig.executor.execute<'put-images'>(put(blue), aContext());
    await rig.settle();
    expect(await bodyKeys(rig.objects)).toHaveLength(2);
  });

  it('the core keeps the old picture when the new one is corrupt', async () => {
    await rig.executor.execute<'put-images'>(put(red), aContext());
    const cut = red.subarray(0, red.byteLength / 2);
    await expect(rig.executor.execute<'put-images'>(put(cut), aContext())).rejects.toMatchObject({
      problem: { kind: 'corrupt-image' },
    });
    expect((await readBack())[0]?.image.original.bytes).toBe(red.byteLength);
    await rig.settle();
    expect(await bodyKeys(rig.objects)).toHaveLength(2);
  });

  it('the core makes a new version of unchanged bytes without decoding again', async () => {
    const first = await rig.executor.execute<'put-images'>(put(red), aContext());
    const again = await rig.executor.execute<'put-images'>(put(red), aContext());
    expect(rig.jobs.count).toBe(1);
    expect(again.images[0]?.image.version).toBe(2);
    expect(again.images[0]?.image.id).not.toBe(first.images[0]?.image.id);
    await rig.settle();
    expect(await bodyKeys(rig.objects)).toHaveLength(2);
    expect((await readBack())[0]?.picture.key).toBe(first.images[0]?.picture.key);
  });

  it.each([
    ['original', 'lost'],
    ['original', 'cut'],
    ['rendition', 'lost'],
  ])('the core writes the bodies of unchanged bytes again when the %s was %s', async (which, how) => {
    const first = await rig.executor.execute<'put-images'>(put(red), aContext());
    const view = first.images[0];
    const key = (which === 'original' ? view?.image.original.key : view?.picture.key) ?? '';
    await rig.objects.delete(key);
    if (how === 'cut') await rig.objects.put(key, { kind: 'memory', bytes: red.subarray(0, 20) });
    const again = await rig.executor.execute<'put-images'>(put(red), aContext());
    await rig.settle();
    const stored = await bodyKeys(rig.objects);
    expect(stored).toContain(again.images[0]?.image.original.key);
    expect(stored).toContain(again.images[0]?.picture.key);
    const body = await rig.objects.get(again.images[0]?.image.original.key ?? '');
    body?.stream.destroy();
    expect(body?.totalBytes).toBe(red.byteLength);
  });

  it('the core puts all files of a request or none', async () => {
    const command: CommandOf<'put-images'> = {
      kind: 'put-images',
      subject: caller,
      images: [red, blue, Buffer.from('this is no picture at all')].map((bytes, slot) => ({
        slot,
        upload: anUpload(bytes),
      })),
    };
    await expect(rig.executor.execute<'put-images'>(command, aContext())).rejects.toMatchObject({
      problem: { kind: 'unsupported-format' },
    });
    expect(await readBack()).toEqual([]);
    await rig.settle();
    expect(await bodyKeys(rig.objects)).toEqual([]);
  });

  it('the core lets the last writer win where the dialect does not refuse overlaps', async () => {
    const opened = await rig.executor.open(caller, ada);
    await rig.executor.execute<'put-images'>(put(red), aContext());
    const late = await rig.executor.execute<'put-images'>(put(blue), aContext({ opened }));
    expect(late.images[0]?.image.version).toBe(2);
  });

  it('the core answers conflict when an update that began earlier commits later and the dialect refuses overlaps', async () => {
    const context = aContext({ intake: { overlap: 'refuse' } });
    const opened = await rig.executor.open(caller, ada);
    await rig.executor.execute<'put-images'>(put(red), context);
    await expect(rig.executor.execute<'put-images'>(put(blue), { ...context, opened })).rejects.toMatchObject(
      {
        problem: { kind: 'conflict', reason: 'overlap' },
      },
    );
    expect((await readBack())[0]?.image.original.bytes).toBe(red.byteLength);
  });

  it('twenty racing writers are all committed, one after the other', async () => {
    const pictures = await Promise.all(
      Array.from({ length: 20 }, (_, i) => aJpeg({ width: 20 + i, height: 20 })),
    );
    await Promise.all(pictures.map((bytes) => rig.executor.execute<'put-images'>(put(bytes), aContext())));
    const [view] = await readBack();
    expect(view?.image.version).toBe(20);
    expect(view?.image.generation).toBe(20);
    await rig.settle();
    expect(await bodyKeys(rig.objects)).toHaveLength(2);
  });

  it('the core lets 50 writers of one process succeed without losing a race in the store', async () => {
    let races = 0;
    const lossy = await startCoreRig(({ objects, records }) => ({
      objects,
      records: {
        ...records,
        swap: async (key, expected, value) => {
          const result = await records.swap(key, expected, value);
          if (result === 'conflict') races += 1;
          return result;
        },
      },
    }));
    const pictures = await Promise.all(
      Array.from({ length: 50 }, (_, i) => aJpeg({ width: 20 + i, height: 20 })),
    );
    const results = await Promise.allSettled(
      pictures.map((bytes) => lossy.executor.execute<'put-images'>(put(bytes), aContext())),
    );
    await lossy.stop();
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    // Each writer saw the record before it waited for its turn: it is refused once at most.
    expect(races).toBeLessThan(50);
  });

  it('the core commits a prepared put only when it is told to', async () => {
    const opened = await rig.executor.open(caller, ada);
    const prepared = await rig.executor.prepareImages(put(red), { ...aContext(), opened });
    expect(await readBack()).toEqual([]);
    await rig.executor.commitImages(prepared);
    expect((await readBack())[0]?.image.original.bytes).toBe(red.byteLength);
  });

  it('the core removes the bodies of a prepared put that is discarded', async () => {
    const opened = await rig.executor.open(caller, ada);
    const prepared = await rig.executor.prepareImages(put(red), { ...aContext(), opened });
    expect(await bodyKeys(rig.objects)).toHaveLength(2);
    rig.executor.discardPrepared(prepared);
    await rig.settle();
    expect(await bodyKeys(rig.objects)).toEqual([]);
  });

  it('the core commits a put that was accepted before a newer one was committed', async () => {
    const context = aContext({ intake: { overlap: 'refuse' } });
    const opened = await rig.executor.open(caller, ada);
    const prepared = await rig.executor.prepareImages(put(blue), { ...context, opened });
    await rig.executor.execute<'put-images'>(put(red), context);
    await rig.executor.commitImages(prepared, { accepted: true });
    expect((await readBack())[0]?.image.original.bytes).toBe(blue.byteLength);
  });

  it('the core writes the bodies anew when the picture whose bodies it wanted to use was replaced meanwhile', async () => {
    await rig.executor.execute<'put-images'>(put(red), aContext());
    const opened = await rig.executor.open(caller, ada);
    const prepared = await rig.executor.prepareImages(put(red), { ...aContext(), opened });
    await rig.executor.execute<'put-images'>(put(blue), aContext());
    await rig.executor.commitImages(prepared);
    await rig.settle();
    const [view] = await readBack();
    expect(view?.image.original.bytes).toBe(red.byteLength);
    expect(await bodyKeys(rig.objects)).toContain(view?.image.original.key);
  });

  it('the core does not restore a deleted picture when a copy comes late', async () => {
    const copy = { ...put(blue), onlyIf: { kind: 'never-written' } } as const;
    await rig.executor.execute<'put-images'>(copy, aContext());
    await rig.executor.execute<'delete-images'>(
      { kind: 'delete-images', subject: caller, slots: [0] },
      aContext(),
    );
    await expect(rig.executor.execute<'put-images'>(copy, aContext())).rejects.toMatchObject({
      problem: { kind: 'conflict', reason: 'precondition' },
    });
    expect(await readBack()).toEqual([]);
  });

  it.each([
    ['below the smallest size', { minBytes: 1_000_000 }, 'file-too-small'],
    ['above the largest size', { maxBytes: 20 }, 'file-too-large'],
  ])('the core refuses a file %s', async (_name, intake, kind) => {
    await expect(rig.executor.execute<'put-images'>(put(red), aContext({ intake }))).rejects.toMatchObject({
      problem: { kind },
    });
  });
});

describe('a store that fails while a picture is put', () => {
  it('the core leaves no body when the second body cannot be written', async () => {
    let puts = 0;
    const rig = await startCoreRig(({ objects, records }) => ({
      records,
      objects: {
        ...objects,
        put: async (key, source) => {
          puts += 1;
          if (puts === 2) throw new StoreError('full');
          return objects.put(key, source);
        },
      },
    }));
    await expect(
      rig.executor.execute<'put-images'>(put(await aJpeg({ width: 20, height: 20 })), aContext()),
    ).rejects.toThrow(StoreError);
    await rig.settle();
    expect(await bodyKeys(rig.objects)).toEqual([]);
    await rig.stop();
  });

  it('the core acknowledges a swap that took effect although its answer was lost', async () => {
    let lost = false;
    const rig = await startCoreRig(({ objects, records }) => ({
      objects,
      records: {
        ...records,
        swap: async (key, expected, value) => {
          const answer = await records.swap(key, expected, value);
          if (lost) return answer;
          lost = true;
          throw new StoreError('unavailable');
        },
      },
    }));
    const { images } = await rig.executor.execute<'put-images'>(
      put(await aJpeg({ width: 20, height: 20 })),
      aContext(),
    );
    expect(images[0]?.image.version).toBe(1);
    await rig.stop();
  });
});
