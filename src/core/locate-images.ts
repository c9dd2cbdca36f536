import {
  type CommandContext,
  type CommandOf,
  type ImageRequest,
  type ImageView,
  type OutcomeOf,
  type Principal,
  ProblemError,
  type ProfileImage,
  type RenditionRecipe,
  type StoredPicture,
} from '../domain/index.ts';
import type { UseCaseParts } from './core-parts.ts';
import { openSubject } from './open-subject.ts';
import { mayKeepAnother } from './render-lazily.ts';
import { imagesOf } from './slots.ts';
import { renditionOf, signPicture, viewOf } from './view-image.ts';

/**
 * Addresses of images by id, each in the size asked for. An image that cannot be located gets an error in its
 * place.
 */
export async function locateImages(
  parts: UseCaseParts,
  command: CommandOf<'locate-images'>,
  context: CommandContext,
  principal: Principal,
): Promise<OutcomeOf<'locate-images'>> {
  const results: OutcomeOf<'locate-images'>['results'][number][] = [];
  for (const request of command.requests) {
    const view = await locate(parts, request, context, principal);
    const { label } = request;
    results.push(
      view ? { label, found: true, view } : { label, found: false, problem: { kind: 'image-not-found' } },
    );
  }
  return { kind: 'images-located', results, ttlSeconds: context.links?.ttlSeconds ?? 0 };
}

async function locate(
  parts: UseCaseParts,
  request: ImageRequest,
  context: CommandContext,
  principal: Principal,
): Promise<ImageView | undefined> {
  const opened = await openSubject(parts, request.subject, principal).catch((cause: unknown) => {
    // A directory that fails does not mean that the person is absent, so its error is passed on.
    if (cause instanceof ProblemError && cause.problem.kind === 'subject-not-found') return undefined;
    throw cause;
  });
  const record = opened?.snapshot.record;
  if (!opened || !record || request.imageIdPrefix.length < 16) return undefined;
  const image = imagesOf(record).find(({ id }) => id.startsWith(request.imageIdPrefix));
  if (!image) return undefined;
  const stored = await viewOf(parts, opened.subject.key, image, context);
  if (!stored || context.rendition === 'original') return stored;
  const recipe = scaledRecipe(context.rendition, stored.picture, request);
  if (!recipe) return stored;
  const picture = await renderScaled(parts, opened.subject.key, image, recipe);
  return picture ? signPicture(parts, opened.subject.key, image, picture, context) : stored;
}

async function renderScaled(
  parts: UseCaseParts,
  subjectKey: string,
  image: ProfileImage,
  recipe: RenditionRecipe,
): Promise<StoredPicture | undefined> {
  return mayKeepAnother(image) ? renditionOf(parts, subjectKey, image, recipe) : undefined;
}

/**
 * The recipe for a smaller copy. One given side scales the other; two given sides bound it. A copy is never
 * larger than the stored rendition. `undefined`: the stored one is good enough.
 */
export function scaledRecipe(
  recipe: RenditionRecipe,
  stored: Pick<StoredPicture, 'width' | 'height'>,
  size: { readonly width?: number; readonly height?: number },
): RenditionRecipe | undefined {
  const scale = Math.min(
    size.width === undefined ? 1 : size.width / stored.width,
    size.height === undefined ? 1 : size.height / stored.height,
  );
  if (!(scale < 1)) return undefined;
  const box = {
    width: Math.max(1, Math.round(stored.width * scale)),
    height: Math.max(1, Math.round(stored.height * scale)),
  };
  return { ...recipe, box };
}
