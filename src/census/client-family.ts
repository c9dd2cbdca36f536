/** How many names are told apart; later ones are `other`, so that nobody can fill the metrics with made-up agents. */
const MAX_FAMILIES = 100;

/** A browser says Mozilla first, whatever it is. */
const SPECIAL: readonly (readonly [pattern: RegExp, family: string])[] = [
  [/^mozilla\//i, 'browser'],
  [/^java\//i, 'java'],
];

/** Names the family of a User-Agent: its first product without its version, in small letters. */
export function createClientFamilies(): (userAgent: string | undefined) => string {
  const known = new Set<string>();
  return (userAgent) => {
    if (userAgent === undefined || userAgent === '') return 'none';
    const family = familyOf(userAgent);
    if (!known.has(family) && known.size >= MAX_FAMILIES) return 'other';
    known.add(family);
    return family;
  };
}

function familyOf(userAgent: string): string {
  const special = SPECIAL.find(([pattern]) => pattern.test(userAgent));
  if (special) return special[1];
  const [product = ''] = /^[\w.-]{1,40}/.exec(userAgent) ?? [];
  return product === '' ? 'other' : product.toLowerCase();
}
