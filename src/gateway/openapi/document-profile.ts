import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  type WireProfile,
} from '../../domain/index.ts';

/** Marks what each profile adds to the shared document or has instead. */
const PROFILES = 'x-polyface-profiles';

/**
 * Reads one profile of a document that describes several. The profile's part of `x-polyface-profiles` is
 * merged into the object that holds the extension, member by member. A value that is not an object replaces
 * the shared value.
 */
export function documentOfProfile(source: Json, profile: WireProfile): Json {
  if (isJsonArray(source)) return source.map((member) => documentOfProfile(member, profile));
  if (!isJsonObject(source)) return source;
  const { [PROFILES]: profiles, ...shared } = source;
  const own = isJsonObject(profiles) ? profiles[profile] : undefined;
  const whole = isJsonObject(own) ? merge(shared, own) : shared;
  return Object.fromEntries(
    Object.entries(whole).map(([key, value]) => [key, documentOfProfile(value ?? null, profile)]),
  );
}

/** Whether a document says anything of one profile that does not hold for the others. */
export function hasProfiles(source: Json): boolean {
  if (isJsonArray(source)) return source.some(hasProfiles);
  return (
    isJsonObject(source) &&
    (PROFILES in source || Object.values(source).some((value) => hasProfiles(value ?? null)))
  );
}

function merge(shared: JsonObject, own: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...shared };
  for (const [key, value] of Object.entries(own)) {
    const before = merged[key];
    merged[key] = isJsonObject(before) && isJsonObject(value) ? merge(before, value) : value;
  }
  return merged;
}
