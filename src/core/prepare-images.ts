import {
  type CommandContext,
  type CommandOf,
  type OpenedSubject,
  ProblemError,
  type SubjectRecord,
} from '../domain/index.ts';
import type { UseCaseParts } from './core-parts.ts';
import { discardBodies } from './discard-bodies.ts';
import { requirePrecondition } from './precondition.ts';
import { imageIn } from './slots.ts';
import { bodiesOf, type ImageContent, requireSize, reusableContent, storeBodies } from './store-bodies.ts';
import { emptyRecord } from './subject-records.ts';

type PutImages = CommandOf<'put-images'>;

/** One image of a put: verified and durable, but not yet named by a record. */
export interface PreparedImage {
  readonly id: string;
  readonly put: PutImages['images'][number];
  readonly content: ImageContent;
  /** Keys of the bodies written for it; empty where the bodies of the picture in place are used again. */
  readonly bodyKeys: readonly string[];
}

/** A put that only needs its commit. */
export interface PreparedImages {
  readonly command: PutImages;
  readonly context: CommandContext;
  readonly opened: OpenedSubject;
  readonly images: readonly PreparedImage[];
}

/**
 * Verifies and renders every upload of a put and makes the bodies durable. When it rejects, no body is left.
 */
export async function prepareImages(
  parts: UseCaseParts,
  command: PutImages,
  context: CommandContext,
  opened: OpenedSubject,
): Promise<PreparedImages> {
  for (const put of command.images) requireAdmissible(put, context);
  const record = opened.snapshot.record ?? emptyRecord(opened.subject);
  // Saves the decoding; the commit checks again.
  requirePrecondition(command.onlyIf, record, command.images[0]?.slot);
  const images = await prepareEach(parts, opened.subject.key, command.images, record, context);
  return { command, context, opened, images };
}

function requireAdmissible({ slot, upload }: PutImages['images'][number], { intake }: CommandContext): void {
  requireSize(upload, intake);
  if (slot < 0 || slot >= intake.slots) {
    throw new ProblemError({ kind: 'too-many-files', limit: intake.slots });
  }
}

/** Prepares an image again where it shares the bodies of a picture that no longer stands in the record. */
export async function renewPrepared(
  parts: UseCaseParts,
  { images, context, opened }: PreparedImages,
  record: SubjectRecord,
): Promise<readonly PreparedImage[]> {
  const stale = images.filter(
    ({ bodyKeys, content, put }) =>
      bodyKeys.length === 0 && imageIn(record, put.slot)?.original.key !== content.original.key,
  );
  if (stale.length === 0) return images;
  const puts = stale.map(({ put }) => put);
  const renewed = await prepareEach(parts, opened.subject.key, puts, record, context);
  return images.map((image) => renewed[stale.indexOf(image)] ?? image);
}

async function prepareEach(
  parts: UseCaseParts,
  subjectKey: string,
  puts: PutImages['images'],
  record: SubjectRecord,
  context: CommandContext,
): Promise<PreparedImage[]> {
  const images: PreparedImage[] = [];
  try {
    for (const put of puts) images.push(await prepareImage(parts, subjectKey, put, record, context));
    return images;
  } catch (cause) {
    discardPrepared(parts, images);
    throw cause;
  }
}

/**
 * Prepares one image; the bodies of the picture in the slot are used again where that picture has the same
 * bytes.
 */
async function prepareImage(
  parts: UseCaseParts,
  subjectKey: string,
  put: PutImages['images'][number],
  record: SubjectRecord,
  context: CommandContext,
): Promise<PreparedImage> {
  const id = parts.ids.newId();
  const current = imageIn(record, put.slot);
  const reused = await reusableContent(parts.objects, current, put.upload, context);
  if (reused) return { id, put, content: reused, bodyKeys: [] };
  const content = await storeBodies(parts, subjectKey, id, put.upload, context);
  return { id, put, content, bodyKeys: bodiesOf(content) };
}

/** Removes the bodies of images that are not going to be committed. */
export function discardPrepared(
  parts: Pick<UseCaseParts, 'objects' | 'background'>,
  images: readonly PreparedImage[],
): void {
  discardBodies(
    parts,
    images.flatMap(({ bodyKeys }) => bodyKeys),
  );
}
