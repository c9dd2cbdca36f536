import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aJpeg, anAvatar, aPhotograph, segment, withSegments } from '../test/support/pictures.ts';

/** A picture in two variants, which differ in a comment: sent in turn, no upload is an unchanged one. */
export interface BenchPicture {
  readonly path: string;
  readonly variants: readonly [Buffer, Buffer];
}

/** The pictures that the work is done on. */
export interface BenchPictures {
  readonly photo12: BenchPicture;
  readonly photo2: BenchPicture;
  readonly avatar: BenchPicture;
  /** Its rendition by v1 has 100 KB. */
  readonly portrait: BenchPicture;
  readonly eightMegabytes: BenchPicture;
}

/** Makes the pictures and writes them where the other processes find them. */
export async function makeBenchPictures(folder: string): Promise<BenchPictures> {
  const photo12 = await aPhotograph();
  const eightMegabytes = await aJpeg({
    width: 4000,
    height: 3000,
    motif: 'photograph',
    grain: 60,
    quality: 94,
  });
  return {
    photo12: await keep(folder, 'photo12.jpg', photo12),
    photo2: await keep(
      folder,
      'photo2.jpg',
      await aJpeg({ width: 1600, height: 1200, motif: 'photograph', grain: 28, quality: 88 }),
    ),
    avatar: await keep(folder, 'avatar.jpg', await anAvatar()),
    portrait: await keep(
      folder,
      'portrait.jpg',
      await aJpeg({ width: 1000, height: 750, motif: 'photograph', grain: 12, quality: 88 }),
    ),
    eightMegabytes: await keep(folder, 'eight.jpg', eightMegabytes),
  };
}

function keep(folder: string, name: string, jpeg: Buffer): Promise<BenchPicture> {
  return keepAll(folder, name, [withComment(jpeg, 'one'), withComment(jpeg, 'two')]);
}

async function keepAll(
  folder: string,
  name: string,
  variants: BenchPicture['variants'],
): Promise<BenchPicture> {
  const path = join(folder, name);
  await writeFile(path, variants[0]);
  return { path, variants };
}

function withComment(jpeg: Buffer, text: string): Buffer {
  return withSegments(jpeg, segment(0xfe, Buffer.from(text)));
}
