import { isJsonArray, isJsonObject, type Json, type UpstreamOutcome } from '../../src/domain/index.ts';

/** The addresses of `POST /2.0/imageurls`, in order; `undefined` where the backend refused one. */
export function readUpstreamUrls(json: Json | undefined): UpstreamOutcome {
  if (!isJsonObject(json) || !isJsonArray(json.imageUrls)) {
    return { kind: 'problem', problem: { kind: 'upstream-unavailable' } };
  }
  return { kind: 'located', urls: json.imageUrls.map(urlIn) };
}

function urlIn(item: Json): string | undefined {
  return isJsonObject(item) && typeof item.url === 'string' ? item.url : undefined;
}
