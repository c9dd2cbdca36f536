import {
  type CommandContext,
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

/** What an image holds apart from its place in the record. */
export type ImageContent = Pick<ProfileImage, 'decodable' | 'transparent' | 'original' | 'renditions'>;

/** An upload that was verified and whose bodies are durable under its image id, but which no record names yet. */
export interface PreparedImage {
  readonly content: ImageContent;
  readonly bodyKeys: readonly string[];
}

/** Verifies and renders an upload and makes its bodies durable. When it rejects, no body is left. */
export async function prepareImage(
  parts: CoreParts,
  subjectKey: string,
  id: string,
  upload: Upload,
  context: Pick<CommandContext, 'intake' | 'rendition'>,
): Promise<PreparedImage> {
  const recipes =
    context.rendition === 'original' || context.intake.renders === 'at-first-read' ? [] : [context.rendition];
  const processed = await parts.imaging.process({
    source: upload.source,
    accepted: context.intake.formats,
    recipes,
  });
  try {
    return await storeBodies(parts, subjectKey, id, upload, processed);
  } finally {
    await processed.release();
  }
}

async function storeBodies(
  parts: CoreParts,
  subjectKey: string,
  id: string,
  upload: Upload,
  processed: ProcessedPicture,
): Promise<PreparedImage> {
  const original: StoredPicture = {
    key: bodyKey(subjectKey, id, 'original', upload.sha256),
    bytes: upload.bytes,
    sha256: upload.sha256,
    format: processed.facts.format,
    width: processed.facts.width,
    height: processed.facts.height,
  };
  const renditions = processed.renditions.map((rendered) => ({
    rendered,
    stored: storedRendition(subjectKey, id, rendered),
  }));
  const bodyKeys = [original.key, ...renditions.map(({ stored }) => stored.key)];
  const written = await Promise.allSettled([
    parts.objects.put(original.key, upload.source),
    ...renditions.map(({ rendered, stored }) => parts.objects.put(stored.key, rendered.source)),
  ]);
  const failed = written.find((result) => result.status === 'rejected');
  if (failed) {
    await Promise.allSettled(bodyKeys.map((key) => parts.objects.delete(key)));
    throw failed.reason;
  }
  return {
    bodyKeys,
    content: {
      decodable: processed.facts.decodable,
      transparent: processed.facts.transparent,
      original,
      renditions: Object.fromEntries(renditions.map(({ rendered, stored }) => [rendered.name, stored])),
    },
  };
}

/** Where a rendition is kept and what is known of it. */
export function storedRendition(
  subjectKey: string,
  imageId: string,
  rendered: RenderedPicture,
): StoredPicture {
  return {
    key: bodyKey(subjectKey, imageId, rendered.name, rendered.sha256),
    bytes: rendered.bytes,
    sha256: rendered.sha256,
    format: rendered.format,
    width: rendered.width,
    height: rendered.height,
  };
}

/**
 * The content of the image that stands in the slot, if these very bytes were already verified and rendered for this policy: an
 * unchanged upload makes a new version without decoding again.
 */
export function reusableContent(
  current: ProfileImage | undefined,
  upload: Upload,
  context: Pick<CommandContext, 'intake' | 'rendition'>,
): ImageContent | undefined {
  if (!current || current.original.sha256 !== upload.sha256) return undefined;
  if (!context.intake.formats.includes(current.original.format)) return undefined;
  if (
    needsRendition(context.rendition, context.intake.renders) &&
    !hasRendition(current, context.rendition)
  ) {
    return undefined;
  }
  const { decodable, transparent, original, renditions } = current;
  return { decodable, transparent, original, renditions };
}

function needsRendition(rendition: Rendition, renders: CommandContext['intake']['renders']): boolean {
  return rendition !== 'original' && renders === 'at-upload';
}

function hasRendition(image: ProfileImage, rendition: Rendition): boolean {
  return image.renditions[renditionName(rendition)] !== undefined;
}

/** Holds an upload against the policy's sizes. */
export function requireSize(upload: Upload, { minBytes, maxBytes }: CommandContext['intake']): void {
  if (upload.bytes > maxBytes) {
    throw new ProblemError({ kind: 'file-too-large', limitBytes: maxBytes, bytes: upload.bytes });
  }
  if (upload.bytes < minBytes) {
    throw new ProblemError({ kind: 'file-too-small', limitBytes: minBytes, bytes: upload.bytes });
  }
}
