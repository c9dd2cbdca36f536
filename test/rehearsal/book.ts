/** Stands for no picture. */
export const NOTHING = 0;

/** What each customer's picture may be, by what clients were told. */
export interface Book {
  /** A write is sent: from now on it may show. */
  begin(customer: string, picture: number): void;
  /** The write was acknowledged: nothing else may show any more. */
  confirm(customer: string, picture: number): void;
  mayBe(customer: string, picture: number): boolean;
  describe(customer: string): string;
}

/** An empty book: no person has a picture. */
export function createBook(): Book {
  const possible = new Map<string, Set<number>>();
  const of = (customer: string) => possible.get(customer) ?? new Set([NOTHING]);
  return {
    begin: (customer, picture) => void possible.set(customer, new Set([...of(customer), picture])),
    confirm: (customer, picture) => void possible.set(customer, new Set([picture])),
    mayBe: (customer, picture) => of(customer).has(picture),
    describe: (customer) => [...of(customer)].join(' or '),
  };
}
