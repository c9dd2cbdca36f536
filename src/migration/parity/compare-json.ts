import { isJsonArray, isJsonObject, type Json } from '../../domain/index.ts';

/** What a value is when only its kind is compared: values of these kinds differ between any two servers. */
type VolatileKind = 'url' | 'uuid' | 'hex' | 'instant' | 'token';

const KINDS: readonly (readonly [VolatileKind, RegExp])[] = [
  ['url', /^(https?:\/\/|\/?[\w.-]+\/[\w./-]+$)/i],
  ['uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i],
  ['instant', /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/],
  ['hex', /^[0-9a-f]{16,}$/i],
  ['token', /^(?=.*\d)(?=.*[A-Za-z])[\w!.~+/=-]{10,}$/],
];

/** Members whose numbers and texts name a version, a moment or one exchange. */
const VOLATILE_NAME =
  /((trace|ref|request|image|file)_?id|token|handle|version|(modified|created|expires)\w*)$/i;

/**
 * Where two JSON documents differ, as JSON pointers with `*` for list positions. Ids, times and addresses are held against their kind, not
 * their value; `noise` is known to differ by itself.
 */
export function differingPaths(
  theirs: Json | undefined,
  ours: Json | undefined,
  noise: ReadonlySet<string> = new Set(),
  path = '',
): string[] {
  if (noise.has(path) || isSameScalar(theirs, ours, path)) return [];
  if (isJsonArray(theirs) && isJsonArray(ours)) {
    if (theirs.length !== ours.length) return [`${path}/length`];
    return unique(theirs.flatMap((one, at) => differingPaths(one, ours[at], noise, `${path}/*`)));
  }
  if (isJsonObject(theirs) && isJsonObject(ours)) {
    const names = unique([...Object.keys(theirs), ...Object.keys(ours)]);
    return names.flatMap((name) => differingPaths(theirs[name], ours[name], noise, `${path}/${name}`));
  }
  return [path === '' ? '/' : path];
}

function isSameScalar(theirs: Json | undefined, ours: Json | undefined, path: string): boolean {
  if (theirs === ours) return true;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (typeof theirs === 'number' && typeof ours === 'number') return VOLATILE_NAME.test(name);
  if (typeof theirs !== 'string' || typeof ours !== 'string') return false;
  const kind = kindOf(theirs);
  return (
    (kind !== undefined && kind === kindOf(ours)) ||
    (VOLATILE_NAME.test(name) && theirs !== '' && ours !== '')
  );
}

function kindOf(text: string): VolatileKind | undefined {
  return KINDS.find(([, shape]) => shape.test(text))?.[0];
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
