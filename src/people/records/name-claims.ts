/**
 * The claims of a page of names in one text. Each name has a semicolon, its token and the keys of its
 * claimants, the first claimant first. As members of an object, the hundreds of names of a page took several
 * times as long to parse as the people themselves.
 */
export type ClaimsText = string;

/** The same claims in a form that can be changed. */
export type Claims = Map<string, readonly string[]>;

/** The keys of those who claim the name with that token. */
export function claimantsIn(text: ClaimsText, token: string): readonly string[] {
  const at = text.indexOf(`;${token} `);
  if (at < 0) return [];
  const start = at + token.length + 2;
  const end = text.indexOf(';', start);
  // Copied, because a part of a text keeps the whole text in memory.
  const keys = Buffer.from(text.slice(start, end < 0 ? undefined : end), 'latin1').toString('latin1');
  return keys.split(' ');
}

/** Every claim of a text. */
export function readClaims(text: ClaimsText): Claims {
  return new Map(
    text
      .split(';')
      .slice(1)
      .map((claim) => {
        const [token = '', ...keys] = claim.split(' ');
        return [token, keys];
      }),
  );
}

/** The text of claims. */
export function writeClaims(claims: Claims): ClaimsText {
  return [...claims].map(([token, keys]) => `;${token} ${keys.join(' ')}`).join('');
}
