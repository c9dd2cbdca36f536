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
import { renderLazily } from './render-lazily.ts';

type ViewContext = Pick<CommandContext, 'intake' | 'rendition' | 'links' | 'baseUrl'>;

/**
 * The image as a reader of the dialect sees it; a rendition that is missing is made and kept. `undefined` when it cannot be shown
 * in this dialect: a format that nobody here can decode, or a picture that a newer write replaced meanwhile.
 */
export async function viewOf(
  parts: UseCaseParts,
  subjectKey: string,
  image: ProfileImage,
  context: ViewContext,
): Promise<ImageView | undefined> {
  const picture = await pictureFor(parts, subjectKey, image, context);
  return picture && linked(parts, subjectKey, image, picture, context);
}

/**
 * The view for the one who just wrote the image. A dialect that renders at the first read and prints no address has no use for the
 * rendition yet and sees the original's facts.
 */
export async function viewAfterPut(
  parts: UseCaseParts,
  subjectKey: string,
  image: ProfileImage,
  context: ViewContext,
): Promise<ImageView> {
  const rendition = image.renditions[renditionName(context.rendition)];
  const view = rendition
    ? await linked(parts, subjectKey, image, rendition, context)
    : context.links && (await viewOf(parts, subjectKey, image, context));
  return view ?? { image, picture: image.original };
}

/** The signed address of a picture, where the operation prints one. */
export async function linked(
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
  { rendition, intake }: ViewContext,
): Promise<StoredPicture | undefined> {
  if (rendition === 'original') return image.original;
  // What nobody can decode is shown only by a dialect that would have accepted it, only as an attachment, and without its metadata.
  if (!image.decodable && !intake.formats.includes(image.original.format)) return undefined;
  return renditionOf(parts, subjectKey, image, rendition);
}

/** The kept rendition, or a new one. `undefined` when the picture cannot be rendered. */
export async function renditionOf(
  parts: UseCaseParts,
  subjectKey: string,
  image: ProfileImage,
  recipe: Exclude<Rendition, 'original'>,
): Promise<StoredPicture | undefined> {
  const kept = image.renditions[renditionName(recipe)];
  if (kept) return kept;
  try {
    return await parts.firstReads.do(`${image.id}/${renditionName(recipe)}`, () =>
      renderLazily(parts, subjectKey, image, recipe),
    );
  } catch (cause) {
    if (!(cause instanceof ProblemError) || cause.problem.kind === 'overloaded') throw cause;
    parts.warn(`image ${image.id} cannot be rendered: ${cause.problem.kind}`, cause);
    return undefined;
  }
}

function nameOf(image: ProfileImage, picture: StoredPicture): string {
  if (picture.key === image.original.key) return 'original';
  const named = Object.entries(image.renditions).find(([, kept]) => kept.key === picture.key);
  return named?.[0] ?? renditionNameIn(picture.key);
}

/** A rendition that was just kept is not yet in the image at hand; its key carries its name. */
function renditionNameIn(key: string): string {
  const last = key.slice(key.lastIndexOf('/') + 1);
  return last.slice(0, last.lastIndexOf('.'));
}
