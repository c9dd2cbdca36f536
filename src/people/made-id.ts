/** The id of a person who was made from an id because the tenant's subjects are not strict. */
const MADE_FROM = /^alias(?:-\d+)?:([a-z0-9-]+):(.+)$/s;

/**
 * The id of a person who is made from an id in a dialect. `nth`: how many others were made from it before,
 * and kept what they had when they lost it. The same id never leads to them again.
 */
export function madeId(dialect: string, alias: string, nth = 0): string {
  return `alias${nth === 0 ? '' : `-${nth + 1}`}:${dialect}:${alias}`;
}

/** The id in a dialect that a person with this id was made from. */
export function readMadeId(id: string): { readonly dialect: string; readonly alias: string } | undefined {
  const [, dialect, alias] = MADE_FROM.exec(id) ?? [];
  return dialect && alias ? { dialect, alias } : undefined;
}
