import { isJsonArray, isJsonObject, type Json } from '../../domain/index.ts';

/** The kind of a value of which only the kind is compared: its value differs between any two servers. */
type VolatileKind = 'url' | 'uuid' | 'hex' | 'instant' | 'token';

const KINDS: readonly (readonly [VolatileKind, RegExp])[] = [
  ['url', /^(https?:\/\/|\/?[\w.-]+\/[\w./-]+$)/i],
  ['uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i],
  ['instant', /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/],
  ['hex', /^[0-9a-f]{16,}$/i],
  ['token', /^(?=.*\d)(?=.*[A-Za-z])[\w!.~+/=-]{10,}$/],
];

/** Differences that are allowed because two servers never give the same values there. */
export interface Allowance {
  /** Paths that do not count: two answers of one server differed there, or the settings ignore them. */
  readonly noise?: ReadonlySet<string>;
  /**
   * Names of members whose numbers and texts name a version, a moment or one request; see `volatileMembers`.
   */
  readonly volatile?: ReadonlySet<string>;
}

/**
 * Where two JSON documents differ, as JSON pointers with `*` for list positions. Of ids, times and addresses
 * only the kind is compared, not the value.
 */
export function differingPaths(
  theirs: Json | undefined,
  ours: Json | undefined,
  allowance: Allowance = {},
  path = '',
): string[] {
  if (allowance.noise?.has(path) || isSameScalar(theirs, ours, path, allowance)) return [];
  if (isJsonArray(theirs) && isJsonArray(ours)) {
    if (theirs.length !== ours.length) return [`${path}/length`];
    return unique(theirs.flatMap((one, at) => differingPaths(one, ours[at], allowance, `${path}/*`)));
  }
  if (isJsonObject(theirs) && isJsonObject(ours)) {
    const names = unique([...Object.keys(theirs), ...Object.keys(ours)]);
    return names.flatMap((name) => differingPaths(theirs[name], ours[name], allowance, `${path}/${name}`));
  }
  return [path === '' ? '/' : path];
}

function isSameScalar(
  theirs: Json | undefined,
  ours: Json | undefined,
  path: string,
  { volatile }: Allowance,
): boolean {
  if (theirs === ours) return true;
  const isVolatile = volatile?.has(path.slice(path.lastIndexOf('/') + 1)) === true;
  if (typeof theirs === 'number' && typeof ours === 'number') return isVolatile;
  if (typeof theirs !== 'string' || typeof ours !== 'string') return false;
  const kind = kindOf(theirs);
  return (kind !== undefined && kind === kindOf(ours)) || (isVolatile && theirs !== '' && ours !== '');
}

function kindOf(text: string): VolatileKind | undefined {
  return KINDS.find(([, shape]) => shape.test(text))?.[0];
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
