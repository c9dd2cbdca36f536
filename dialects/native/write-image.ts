import {
  type ImageView,
  isRenderedFormat,
  mediaTypeOf,
  type OutcomeOf,
  ProblemError,
  type WireResponse,
} from '../../src/domain/index.ts';

/**
 * The facts of the stored picture. There is no ETag header, because the stored picture was cleaned and is not
 * what the client sent (RFC 9110, 9.3.4). The tag for a later `If-Match` is in the body.
 */
export function writeImageFacts({ images, created }: OutcomeOf<'put-images'>): WireResponse {
  const [view] = images;
  if (!view) throw new ProblemError({ kind: 'internal' });
  const { image, picture } = view;
  return {
    status: created ? 201 : 200,
    headers: { 'Content-Type': 'application/json' },
    body: {
      kind: 'json',
      value: {
        id: image.id,
        etag: entityTag(view),
        version: image.version,
        mediaType: mediaTypeOf(picture.format),
        width: picture.width,
        height: picture.height,
        bytes: picture.bytes,
        sha256: picture.sha256,
        writtenAt: new Date(image.writtenAtMs).toISOString(),
      },
    },
  };
}

/** The picture itself; the gateway adds type, length, ranges and 304. */
export function writeImage({ view }: OutcomeOf<'read-image'>): WireResponse {
  const { image, picture } = view;
  return {
    status: 200,
    headers: { ETag: entityTag(view) },
    body: {
      kind: 'picture',
      picture,
      attachment: !isRenderedFormat(picture.format),
      modifiedAtMs: image.writtenAtMs,
    },
  };
}

/** The answer to a delete. */
export function writeDeleted(): WireResponse {
  return { status: 204, headers: {}, body: { kind: 'none' } };
}

function entityTag({ image }: Pick<ImageView, 'image'>): string {
  return `"${image.id}"`;
}
