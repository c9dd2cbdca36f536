import { isJsonObject, type Json, type JsonObject } from '../domain/index.ts';

/** The document after the patch (RFC 7396): `null` removes, objects are merged, everything else replaces. */
export function patchJson(document: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const patched: Record<string, Json | undefined> = isJsonObject(document) ? { ...document } : {};
  for (const [member, change] of Object.entries(patch)) {
    if (change === undefined) continue;
    if (change === null) delete patched[member];
    else patched[member] = patchJson(patched[member], change);
  }
  return patched satisfies JsonObject;
}
