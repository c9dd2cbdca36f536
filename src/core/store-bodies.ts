import {
  type CommandContext,
  isRenderedFormat,
  type ObjectStore,
  ProblemError,
  type ProcessedPicture,
  type ProfileImage,
  type RenderedPicture,
  type Rendition,
  renditionName,
  type StoredPicture,
  type Upload,
} from '../domain/index.ts';
import type { CoreParts } from './core-parts.ts';
import { bodyKey } from './storage-keys.ts';

/** The part of an image that does not depend on its place in the record. */
export type ImageContent = Pick<ProfileImage, 'transparent' | 'original' | 'renditions'>;

/**
 * Verifies and renders an upload and makes its bodies durable under the image id. When it rejects, no body is
 * left.
 */
export async function storeBodies(
  parts: CoreParts,
  subjectKey: string,
  imageId: string,
  upload: Upload,
  context: Pick<CommandContext, 'intake' | 'rendition'>,
): Promise<ImageContent> {
  const recipes = context.rendition === 'original' ? [] : [context.rendition];
  const processed = await parts.imaging.process({
    source: upload.source,
    accepted: context.intake.formats,
    recipes,
    deferrable: context.intake.renders === 'at-first-read',
  });
  try {
    return await writeBodies(parts, subjectKey, imageId, upload, processed);
  } finally {
    await processed.release();
  }
}

async function writeBodies(
  parts: CoreParts,
  subjectKey: string,
  imageId: string,
  upload: Upload,
  processed: ProcessedPicture,
): Promise<ImageContent> {
  const original: StoredPicture = {
    key: bodyKey({ subjectKey, imageId, rendition: 'original' }, upload.sha256),
    bytes: upload.bytes,
    sha256: upload.sha256,
    format: processed.facts.format,
    width: processed.facts.width,
    height: processed.facts.height,
  };
  const renditions = processed.renditions.map((rendered) => ({
    rendered,
    stored: storedRendition(subjectKey, imageId, rendered),
  }));
  const content: ImageContent = {
    transparent: processed.facts.transparent,
    original,
    renditions: Object.fromEntries(renditions.map(({ rendered, stored }) => [rendered.name, stored])),
  };
  const written = await Promise.allSettled([
    parts.objects.put(original.key, upload.source),
    ...renditions.map(({ rendered, stored }) => parts.objects.put(stored.key, rendered.source)),
  ]);
  const failed = written.find((result) => result.status === 'rejected');
  if (failed) {
    await Promise.allSettled(bodiesOf(content).map((key) => parts.objects.delete(key)));
    throw failed.reason;
  }
  return content;
}

/** The keys of every body of an image. */
export function bodiesOf({ original, renditions }: Pick<ImageContent, 'original' | 'renditions'>): string[] {
  return [original.key, ...Object.values(renditions).map(({ key }) => key)];
}

/** The stored rendition: its key and its facts. */
export function storedRendition(
  subjectKey: string,
  imageId: string,
  { name, sha256, bytes, format, width, height }: RenderedPicture,
): StoredPicture {
  const key = bodyKey({ subjectKey, imageId, rendition: name }, sha256);
  return { key, bytes, sha256, format, width, height };
}

/**
 * The content of the image in the slot, where the same bytes were already verified and rendered for this
 * policy and every body is there. So an unchanged upload makes a new version without decoding. Lost or
 * truncated bodies are not used.
 */
export async function reusableContent(
  objects: ObjectStore,
  current: ProfileImage | undefined,
  upload: Upload,
  context: Pick<CommandContext, 'intake' | 'rendition'>,
): Promise<ImageContent | undefined> {
  if (!current || current.original.sha256 !== upload.sha256) return undefined;
  if (!context.intake.formats.includes(current.original.format)) return undefined;
  const { transparent, original } = current;
  const sizes = await sizesBeside(objects, bodiesOf(current));
  const isWhole = ({ key, bytes }: StoredPicture) => sizes.get(key) === bytes;
  if (!isWhole(original)) return undefined;
  const renditions = Object.fromEntries(
    Object.entries(current.renditions).filter(([_name, picture]) => isWhole(picture)),
  );
  // Another dialect's rendition does not prove that this one's can be made, now or at the first read.
  if (context.rendition !== 'original' && !keptRendition({ renditions }, context.rendition)) return undefined;
  return { transparent, original, renditions };
}

/** The sizes of the bodies under the same image ids as these, in bytes, by key. One listing an image id. */
async function sizesBeside(
  objects: ObjectStore,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  const prefixes = new Set(keys.map((key) => key.slice(0, key.lastIndexOf('/') + 1)));
  for (const prefix of prefixes) {
    for await (const { key, bytes } of objects.list(prefix)) sizes.set(key, bytes);
  }
  return sizes;
}

/**
 * The stored rendition for a recipe. Earlier releases kept copies of files that they could not decode under
 * the same names; these are ignored.
 */
export function keptRendition(
  image: Pick<ProfileImage, 'renditions'>,
  rendition: Rendition,
): StoredPicture | undefined {
  const kept = image.renditions[renditionName(rendition)];
  return kept && isRenderedFormat(kept.format) ? kept : undefined;
}

/** Checks an upload against the policy's sizes. Throws `file-too-large`, `file-too-small`. */
export function requireSize(upload: Upload, { minBytes, maxBytes }: CommandContext['intake']): void {
  if (upload.bytes > maxBytes) {
    throw new ProblemError({ kind: 'file-too-large', limitBytes: maxBytes, bytes: upload.bytes });
  }
  if (upload.bytes < minBytes) {
    throw new ProblemError({ kind: 'file-too-small', limitBytes: minBytes, bytes: upload.bytes });
  }
}
