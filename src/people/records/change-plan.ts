import { namesOf, type PersonProblem } from '../../domain/index.ts';
import type { DirectoryPages } from './directory-pages.ts';
import { digestOfName } from './name-digest.ts';
import { isLiving, type PersonEntry } from './person-entry.ts';

/**
 * One person's change. `make` refuses by throwing a `PersonProblem`, and gives `undefined` to leave the
 * person alone.
 */
export interface PersonChange {
  readonly key: string;
  readonly make: (before: PersonEntry | undefined) => PersonEntry | undefined;
  /** The person whose names are taken over. Their claims do not block this change. */
  readonly absorbs?: string;
}

/** The result of a change. */
export type ChangeResult =
  | {
      readonly kind: 'done';
      readonly before: PersonEntry | undefined;
      readonly after: PersonEntry | undefined;
    }
  | { readonly kind: 'refused'; readonly problem: PersonProblem };

/** The pages of a directory, and how many there are. */
export interface OpenPages {
  readonly pages: DirectoryPages;
  readonly count: number;
}

/** A change under way. It is small, because a batch has one for each person. */
export interface ChangePlan {
  readonly change: PersonChange;
  result?: ChangeResult;
  /** Of this round: */
  before?: PersonEntry | undefined;
  after?: PersonEntry;
  claims: readonly Claim[];
  blocked: boolean;
  /** By name: the claim that stands in front, and since when. */
  waiting?: Map<string, { readonly front: string; readonly sinceMs: number }>;
}

/**
 * A name that a person claims: its page, and the token for it there. It is small, because a batch has a
 * hundred thousand of them.
 */
export interface Claim {
  readonly tenant: string;
  readonly token: string;
  readonly page: number;
  readonly unique: boolean;
}

/** The claims of a person who exists; otherwise none. */
export function claimsOf(entry: PersonEntry | undefined, { pages, count }: OpenPages): Claim[] {
  if (!isLiving(entry)) return [];
  const { tenant } = entry;
  return namesOf(entry).map((name) => {
    const { place, token } = digestOfName(tenant, name);
    return { tenant, token, page: pages.indexOf(place, count), unique: name.unique };
  });
}

/** Refuses the change because of one of the new person's names. */
export function refuseName(plan: ChangePlan, { tenant, token }: Claim): void {
  const names = isLiving(plan.after) ? namesOf(plan.after) : [];
  const taken = names.find((name) => digestOfName(tenant, name).token === token);
  if (!taken) throw new Error('a claim on a name that the person does not have');
  refuse(plan, { kind: 'name-taken', pointer: taken.pointer, value: taken.value });
}

/** Ends the change with a problem. */
export function refuse(plan: ChangePlan, problem: PersonProblem): void {
  plan.result = { kind: 'refused', problem };
}
