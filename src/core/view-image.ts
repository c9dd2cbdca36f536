import {
  type CommandContext,
  type ImageView,
  ProblemError,
  type ProfileImage,
  type Rendition,
  renditionName,
  type StoredPicture,
} from '../domain/index.ts';
import type { UseCaseParts } from './core-parts.ts';
import { hasFailedLately, noteFailure, renderLazily } from './render-lazily.ts';
import { parseBodyKey } from './storage-keys.ts';
import { keptRendition } from './store-bodies.ts';

type ViewContext = Pick<CommandContext, 'rendition' | 'links' | 'baseUrl'>;

/**
 * The image as a reader of the dialect sees it. A missing rendition is made and kept. `undefined` when this
 * dialect cannot show it: the gateway cannot decode the format, or a newer write replaced the picture
 * meanwhile.
 */
export async function viewOf(
  parts: UseCaseParts,
  subjectKey: string,
  image: ProfileImage,
  context: ViewContext,
): Promise<ImageView | undefined> {
  const picture = await pictureFor(parts, subjectKey, image, context);
  return picture && signPicture(parts, subjectKey, image, picture, context);
}

/**
 * The view for the caller who just wrote the image. A dialect that renders at the first read and prints no
 * address does not need the rendition yet, and shows the original's facts.
 */
export async function viewAfterPut(
  parts: UseCaseParts,
  subjectKey: string,
  image: ProfileImage,
  context: ViewContext,
): Promise<ImageView> {
  const rendition = keptRendition(image, context.rendition);
  const view = rendition
    ? await signPicture(parts, subjectKey, image, rendition, context)
    : context.links && (await viewOf(parts, subjectKey, image, context));
  return view ?? { image, picture: image.original };
}

/** The signed address of a picture, where the operation prints one. */
export async function signPicture(
  parts: UseCaseParts,
  subjectKey: string,
  image: ProfileImage,
  picture: StoredPicture,
  { links, baseUrl }: Pick<CommandContext, 'links' | 'baseUrl'>,
): Promise<ImageView> {
  if (!links) return { image, picture };
  const target = { subjectKey, imageId: image.id, rendition: nameOf(image, picture) };
  const link = await parts.links.sign(target, picture, { ttlSeconds: links.ttlSeconds, baseUrl });
  return {
    image,
    picture,
    url: link.url,
    ...(link.ticket === undefined ? {} : { ticket: link.ticket }),
    urlExpiresAtMs: link.expiresAtMs,
  };
}

async function pictureFor(
  parts: UseCaseParts,
  subjectKey: string,
  image: ProfileImage,
  { rendition }: ViewContext,
): Promise<StoredPicture | undefined> {
  if (rendition === 'original') return image.original;
  return renditionOf(parts, subjectKey, image, rendition);
}

/**
 * The stored rendition, or a new one. Where the picture cannot be rendered: the copy that an earlier release
 * made of the file, or `undefined` if there is none.
 */
export async function renditionOf(
  parts: UseCaseParts,
  subjectKey: string,
  image: ProfileImage,
  recipe: Exclude<Rendition, 'original'>,
): Promise<StoredPicture | undefined> {
  const kept = keptRendition(image, recipe);
  if (kept) return kept;
  const oldCopy = image.renditions[renditionName(recipe)];
  if (hasFailedLately(image, recipe, parts.clock.nowMs())) return oldCopy;
  try {
    return await parts.firstReads.do(`${image.id}/${renditionName(recipe)}`, () =>
      renderLazily(parts, subjectKey, image, recipe),
    );
  } catch (cause) {
    if (!(cause instanceof ProblemError) || cause.problem.kind === 'overloaded') throw cause;
    parts.warn(`image ${image.id} cannot be rendered: ${cause.problem.kind}`, cause);
    await noteFailure(parts, subjectKey, image, recipe, cause.problem);
    return oldCopy;
  }
}

function nameOf(image: ProfileImage, picture: StoredPicture): string {
  if (picture.key === image.original.key) return 'original';
  const named = Object.entries(image.renditions).find(([, kept]) => kept.key === picture.key);
  // The image at hand does not yet list a rendition that was just stored, but the body's key carries its
  // name.
  const name = named?.[0] ?? parseBodyKey(picture.key)?.rendition;
  if (name === undefined) throw new Error('a stored picture lies under the key of a body');
  return name;
}
