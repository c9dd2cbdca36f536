import {
  type CommandOf,
  type ImageRequest,
  isJsonArray,
  isJsonObject,
  type Json,
  ProblemError,
  type RequestContext,
  type WireRequest,
} from '../../src/domain/index.ts';
import { assumedUser } from './assumed-user.ts';
import { requireIntegrationSource } from './integration-source.ts';
import { parseUserImageId } from './user-image-id.ts';

/** The limit of the document. One call must not ask for more renditions than a minute's uploads. */
const MAX_ITEMS = 100;

/**
 * `[{"imageId":"…","height":40,"width":20}]`. An imageId that cannot be ours is looked up like any other one,
 * and is not found.
 */
export function readImageUrls(
  request: WireRequest,
  context: RequestContext<unknown>,
): CommandOf<'locate-images'> {
  requireIntegrationSource(request);
  assumedUser(request, context);
  const { json } = request;
  if (json === undefined) throw new ProblemError({ kind: 'body-missing' });
  if (!isJsonArray(json) || json.length > MAX_ITEMS) throw invalid('body', json);
  return { kind: 'locate-images', requests: json.map(imageRequest) };
}

function imageRequest(item: Json): ImageRequest {
  if (!isJsonObject(item)) throw invalid('body', item);
  const { imageId, width, height } = item;
  if (typeof imageId !== 'string') throw invalid('imageId', imageId);
  const address = parseUserImageId(imageId);
  return {
    label: imageId,
    subject: { kind: 'key', key: address?.subjectKey ?? '' },
    imageIdPrefix: address?.imageIdPrefix ?? '',
    ...side('width', width),
    ...side('height', height),
  };
}

function side<Name extends 'width' | 'height'>(
  name: Name,
  value: Json | undefined,
): { [K in Name]?: number } {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw invalid(name, value);
  return { [name]: value } as { [K in Name]: number };
}

function invalid(name: string, value: Json | undefined): ProblemError {
  const shown = typeof value === 'string' ? value : value === undefined ? undefined : JSON.stringify(value);
  return new ProblemError({
    kind: 'invalid-parameter',
    name,
    location: 'body',
    ...(shown === undefined ? {} : { value: shown.slice(0, 100) }),
  });
}
