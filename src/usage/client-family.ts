/** How many families one caller may have; further ones are `other`. A program has one or two. */
const MAX_FAMILIES = 8;

/** Every browser's User-Agent begins with Mozilla. */
const SPECIAL: readonly (readonly [pattern: RegExp, family: string])[] = [
  [/^mozilla\//i, 'browser'],
  [/^java\//i, 'java'],
];

/** Families that anonymous callers may have as well. Anonymous callers can send any User-Agent. */
const WELL_KNOWN: ReadonlySet<string> = new Set([
  'browser',
  'java',
  'okhttp',
  'apache-httpclient',
  'curl',
  'python-requests',
  'go-http-client',
  'node',
  'none',
]);

/**
 * Names client families. A caller's made-up User-Agents neither let the figures grow nor hide the families of
 * another caller.
 */
export interface ClientFamilies {
  /** `caller`: absent for anonymous callers. */
  familyFor(userAgent: string | undefined, caller: string | undefined): string;
}

/**
 * Gives each caller at most a few families. Further ones, and made-up ones of anonymous callers, are `other`.
 */
export function createClientFamilies(): ClientFamilies {
  const known = new Map<string, Set<string>>();
  return {
    familyFor(userAgent, caller) {
      const family = clientFamily(userAgent);
      if (WELL_KNOWN.has(family)) return family;
      if (caller === undefined) return 'other';
      const families = known.get(caller) ?? new Set();
      known.set(caller, families);
      if (!families.has(family) && families.size >= MAX_FAMILIES) return 'other';
      families.add(family);
      return family;
    },
  };
}

/** The family of a User-Agent: its first product without its version, in lower case. */
export function clientFamily(userAgent: string | undefined): string {
  if (userAgent === undefined || userAgent === '') return 'none';
  const special = SPECIAL.find(([pattern]) => pattern.test(userAgent));
  if (special) return special[1];
  const [product = ''] = /^[\w.-]{1,40}/.exec(userAgent) ?? [];
  return product === '' ? 'other' : product.toLowerCase();
}
