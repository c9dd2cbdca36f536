import type { Json, JsonObject } from './json.ts';
import type { PersonName } from './person-name.ts';
import type { Problem } from './problem.ts';
import type { Subject, SubjectProfile } from './subject.ts';

/** A person as the registry keeps it. */
export interface Person extends Subject {
  /**
   * Named ids beside the dialects': `email`, `mobile`, `externalId`, …. An identifier that two people share
   * finds neither of them.
   */
  readonly identifiers: Readonly<Record<string, string>>;
  /** Earlier and absorbed names that still lead here, by place: `id`, or the name of a dialect. */
  readonly formerly: Readonly<Record<string, readonly string[]>>;
  /** Rises by one with each change. */
  readonly version: number;
}

/** A person and the names by which a value leads to them: `id`, dialects, identifiers. */
export interface FoundPerson {
  readonly person: Person;
  readonly by: readonly string[];
}

/** A person as a caller sends it. A type alias, which is assignable to `Json`. */
export type PersonDraft = {
  readonly id: string;
  readonly aliases: Readonly<Record<string, string>>;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly profile: SubjectProfile;
};

/**
 * `versions`: only if the person is in one of these. `none`: only if there is no such person. `any`: only if
 * there is one.
 */
export type PersonPrecondition =
  | { readonly kind: 'versions'; readonly versions: readonly number[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'any' };

/** The result of one row of a batch. */
export type PutResult =
  | { readonly kind: 'created' | 'changed' | 'unchanged'; readonly person: Person }
  | { readonly kind: 'refused'; readonly problem: PersonProblem };

/** Problems that a change of a person can end in. */
export type PersonProblem = Extract<
  Problem,
  {
    kind:
      | 'subject-not-found'
      | 'name-taken'
      | 'person-exists'
      | 'person-erased'
      | 'precondition-failed'
      | 'invalid-person'
      | 'conflict';
  }
>;

/**
 * Changes people while gateways run. A name (an id, or an id in a dialect) leads to one person at most: when
 * several callers want one name at once, exactly one gets it. When a change resolves it is durable. Every
 * other process sees it within two seconds, and at once where its own look-up misses. A crash between two
 * steps leaves no name without a person, and the same call again finishes the work. Every method throws
 * `ProblemError`: `subject-not-found`, `person-erased`, `precondition-failed`, `name-taken`,
 * `invalid-person`. `id` is any id that the person has or had.
 */
export interface PeopleRegistry {
  /**
   * Checks a person that came from outside. Ignores `key`, `tenant`, `version` and `formerly`, so that a
   * person can be put back as it was read. Throws `invalid-person`.
   */
  check(person: Json | undefined): PersonDraft;
  /**
   * Reads the person from the store, never from a cache. `undefined` where there is none. Throws
   * `person-erased` for a person who was erased.
   */
  read(tenant: string, id: string): Promise<Person | undefined>;
  /** The person who has that key now. For a person who was merged away: the survivor. */
  readKey(tenant: string, key: string): Promise<Person | undefined>;
  /** Every person who has the name: for a unique name one at most. */
  named(tenant: string, name: Pick<PersonName, 'space' | 'value'>): Promise<readonly Person[]>;
  /**
   * Every person who has the value as an id, as an id in a dialect, or as one of the usual identifiers; and
   * which of these it is.
   */
  find(tenant: string, value: string): Promise<readonly FoundPerson[]>;
  /** Creates the person, or replaces an existing one. */
  put(
    tenant: string,
    draft: PersonDraft,
    precondition?: PersonPrecondition,
  ): Promise<PutResult & { kind: 'created' | 'changed' | 'unchanged' }>;
  /**
   * Puts many people at once, each independently. The results are in the order of the drafts. `patch` leaves
   * alone what a draft does not name.
   */
  putMany(
    tenant: string,
    drafts: readonly PersonDraft[],
    mode: 'put' | 'patch',
  ): Promise<readonly PutResult[]>;
  /**
   * Says what `putMany` would do, and changes nothing. It also compares the rows of one batch with each
   * other.
   */
  preview(
    tenant: string,
    drafts: readonly PersonDraft[],
    mode: 'put' | 'patch',
  ): Promise<readonly PutResult[]>;
  /** Changes what the patch names (RFC 7396): `null` removes, what is absent stays. */
  patch(tenant: string, id: string, patch: JsonObject, precondition?: PersonPrecondition): Promise<Person>;
  /** Adds an id in a dialect; where the person has one already, that one stays in `formerly`. */
  link(
    tenant: string,
    id: string,
    dialect: string,
    alias: string,
    precondition?: PersonPrecondition,
  ): Promise<Person>;
  /** Removes an id in a dialect, also a former one. */
  unlink(
    tenant: string,
    id: string,
    dialect: string,
    alias: string,
    precondition?: PersonPrecondition,
  ): Promise<Person>;
  /** Gives the person another id. The key stays, and the old id keeps leading to the person. */
  rename(tenant: string, id: string, newId: string, precondition?: PersonPrecondition): Promise<Person>;
  /**
   * Raises the person's version and changes nothing else. Call it before the first step of work that has several
   * steps. Of several callers with the same version, one succeeds. A call with an older version fails.
   */
  claimVersion(tenant: string, id: string, precondition: PersonPrecondition): Promise<Person>;
  /**
   * Lets every name of one person lead to another one, who also gets the fields that they lack. Takes keys.
   * Does nothing the second time.
   */
  absorb(tenant: string, sourceKey: string, survivorKey: string): Promise<void>;
  /**
   * Erases the person. Only a mark stays, so that these names never become a person again. Takes a key. Does
   * nothing the second time.
   */
  erase(tenant: string, key: string, erasedAtMs: number, precondition?: PersonPrecondition): Promise<void>;
  /**
   * Every person of the tenant who is neither erased nor merged away, in the order of their keys, starting
   * after the key `after`.
   */
  list(tenant: string, options?: { readonly after?: string }): AsyncIterable<Person>;
}
