import type { ImageRequest, JsonObject, UpstreamRequest } from '../../src/domain/index.ts';

/**
 * `POST /2.0/imageurls`. The backend made its imageIds itself, so they are sent back as the client spelled them,
 * in `label`.
 */
export function locateRequest(
  images: readonly Pick<ImageRequest, 'label' | 'width' | 'height'>[],
): UpstreamRequest {
  const value = images.map(({ label, width, height }): JsonObject => ({ imageId: label, height, width }));
  return {
    method: 'POST',
    path: '/2.0/imageurls',
    headers: { Accept: 'application/json' },
    body: { kind: 'json', value },
  };
}
