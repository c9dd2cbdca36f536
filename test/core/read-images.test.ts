import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scaledRecipe } from '../../src/core/locate-images.ts';
import type { CommandContext, ImageView, RenditionRecipe, SubjectReference } from '../../src/domain/index.ts';
import { aJpeg } from '../support/pictures.ts';
import { aContext, ada, anUpload, bodyKeys, type CoreRig, startCoreRig } from './core-rig.ts';

const caller: SubjectReference = { kind: 'caller' };

/** A dialect that shows a JPEG of at most 30 pixels. */
const small: RenditionRecipe = {
  fit: 'inside',
  box: { width: 30, height: 30 },
  enlarge: false,
  format: 'jpeg',
  background: '#ffffff',
  quality: 80,
  animated: false,
};

describe('reading images', () => {
  let rig: CoreRig;
  let picture: Buffer;

  beforeEach(async () => {
    rig = await startCoreRig();
    picture = await aJpeg({ width: 200, height: 100 });
    await rig.executor.execute<'put-images'>(
      { kind: 'put-images', subject: caller, images: [{ slot: 0, upload: anUpload(picture) }] },
      aContext(),
    );
  });
  afterEach(() => rig.stop());

  const read = async (context: CommandContext): Promise<readonly ImageView[]> =>
    (
      await rig.executor.execute<'read-subject'>(
        { kind: 'read-subject', subject: caller, images: true },
        context,
      )
    ).images;

  it('the core renders what another dialect lacks once and keeps it', async () => {
    const context = aContext({ rendition: small });
    const [first] = await read(context);
    const [second] = await read(context);
    expect(first?.picture).toMatchObject({ width: 30, height: 15, format: 'jpeg' });
    expect(second?.picture).toEqual(first?.picture);
    expect(rig.jobs.count).toBe(2);
    expect(await bodyKeys(rig.objects)).toHaveLength(3);
  });

  it('the core does not raise the generation when a rendition is added', async () => {
    const before = await rig.executor.open(caller, ada);
    await read(aContext({ rendition: small }));
    expect((await rig.executor.open(caller, ada)).generation).toBe(before.generation);
  });

  it('the core still accepts an overlapping update of a dialect that refuses overlaps when only a rendition was added', async () => {
    const opened = await rig.executor.open(caller, ada);
    await read(aContext({ rendition: small }));
    const context = aContext({ opened, intake: { overlap: 'refuse' } });
    const upload = anUpload(await aJpeg({ width: 10, height: 10 }));
    const put = { kind: 'put-images', subject: caller, images: [{ slot: 0, upload }] } as const;
    expect((await rig.executor.execute<'put-images'>(put, context)).images[0]?.image.version).toBe(2);
  });

  it('the core gives the original only where the rendition says original', async () => {
    const [view] = await read(aContext({ rendition: 'original' }));
    expect(view?.picture).toEqual(view?.image.original);
    expect(view?.picture.bytes).toBe(picture.byteLength);
  });

  it('the core opens what a ticket leads to until the picture is replaced', async () => {
    const [view] = await read(aContext());
    const open = { kind: 'open-download', ticket: view?.ticket ?? '' } as const;
    expect(await rig.executor.execute<'open-download'>(open, aContext())).toMatchObject({
      picture: view?.picture,
      attachment: false,
    });
    const upload = anUpload(await aJpeg({ width: 10, height: 10 }));
    await rig.executor.execute<'put-images'>(
      { kind: 'put-images', subject: caller, images: [{ slot: 0, upload }] },
      aContext(),
    );
    await expect(rig.executor.execute<'open-download'>(open, aContext())).rejects.toMatchObject({
      problem: { kind: 'image-not-found' },
    });
  });

  it('the core never shows a deleted picture again and keeps its version count', async () => {
    const [view] = await read(aContext());
    await rig.executor.execute<'delete-images'>(
      { kind: 'delete-images', subject: caller, slots: [0] },
      aContext(),
    );
    await rig.settle();
    expect(await read(aContext())).toEqual([]);
    expect(await bodyKeys(rig.objects)).toEqual([]);
    const put = {
      kind: 'put-images',
      subject: caller,
      images: [{ slot: 0, upload: anUpload(picture) }],
    } as const;
    const { images } = await rig.executor.execute<'put-images'>(put, aContext());
    expect(images[0]?.image).toMatchObject({ version: 2, handle: view?.image.handle });
  });

  it('the core answers image-not-found when an empty slot is deleted, and deletes nothing', async () => {
    const command = { kind: 'delete-images', subject: caller, slots: [0, 3] } as const;
    await expect(rig.executor.execute<'delete-images'>(command, aContext())).rejects.toMatchObject({
      problem: { kind: 'image-not-found' },
    });
    expect(await read(aContext())).toHaveLength(1);
  });

  it('the core locates an image by id in a smaller size, and says so of one that is not there', async () => {
    const [view] = await read(aContext());
    const subject: SubjectReference = {
      kind: 'key',
      key: (await rig.executor.open(caller, ada)).subject.key,
    };
    const prefix = view?.image.id.slice(0, 16) ?? '';
    const { results } = await rig.executor.execute<'locate-images'>(
      {
        kind: 'locate-images',
        requests: [
          { label: 'small', subject, imageIdPrefix: prefix, width: 20, height: 40 },
          { label: 'huge', subject, imageIdPrefix: prefix, width: 5000 },
          { label: 'gone', subject, imageIdPrefix: '0123456789abcdef' },
        ],
      },
      aContext(),
    );
    expect(results[0]).toMatchObject({ found: true, view: { picture: { width: 20, height: 20 } } });
    expect(results[1]).toMatchObject({ found: true, view: { picture: { width: 64, height: 64 } } });
    expect(results[2]).toEqual({ label: 'gone', found: false, problem: { kind: 'image-not-found' } });
  });

  it('the core bounds how many sizes of one image are kept', async () => {
    const [view] = await read(aContext());
    const subject: SubjectReference = {
      kind: 'key',
      key: (await rig.executor.open(caller, ada)).subject.key,
    };
    const requests = Array.from({ length: 63 }, (_, i) => ({
      label: `width ${i + 1}`,
      subject,
      imageIdPrefix: view?.image.id ?? '',
      width: i + 1,
    }));
    const { results } = await rig.executor.execute<'locate-images'>(
      { kind: 'locate-images', requests },
      aContext(),
    );
    expect(results.every(({ found }) => found)).toBe(true);
    expect((await bodyKeys(rig.objects)).length).toBeLessThanOrEqual(1 + 32);
  });

  it('the core finds no person of one tenant in another', async () => {
    const subject: SubjectReference = {
      kind: 'key',
      key: (await rig.executor.open(caller, ada)).subject.key,
    };
    await expect(rig.executor.open(subject, { ...ada, tenant: 'other' })).rejects.toMatchObject({
      problem: { kind: 'subject-not-found' },
    });
  });
});

describe('the recipe of a smaller copy', () => {
  const stored = { width: 100, height: 50 };
  it.each([
    [{}, undefined],
    [{ width: 100 }, undefined],
    [{ width: 200, height: 300 }, undefined],
    [{ width: 50 }, { width: 50, height: 25 }],
    [{ height: 10 }, { width: 20, height: 10 }],
    [
      { width: 50, height: 10 },
      { width: 20, height: 10 },
    ],
    [{ width: 1 }, { width: 1, height: 1 }],
  ])('the recipe of a smaller copy asks for %j and gets the box %j', (size, box) => {
    expect(scaledRecipe(small, stored, size)?.box).toEqual(box);
  });
});
