/** A person who is being erased. */
export interface ForgottenPerson {
  readonly tenant: string;
  /** The person's key, then the keys of all who were merged into this person. */
  readonly keys: readonly string[];
  readonly id: string;
  readonly aliases: Readonly<Record<string, string>>;
  /** Earlier ids, and ids of people who were merged into this person, by dialect. */
  readonly formerly: Readonly<Record<string, readonly string[]>>;
}

/** A part that keeps data of people outside of the directory and their records. */
export interface PersonKeeper {
  /** Further keys of the same person's records and bodies. */
  keysOf(key: string): readonly string[];
  /** Removes what is kept. `left` lists for the receipt what could not be removed. */
  forget(person: ForgottenPerson): Promise<{ readonly removed: number; readonly left: readonly string[] }>;
  /** Called when another person was merged into this one; may be called again for the same merge. */
  absorbed(tenant: string, survivorKey: string): Promise<void>;
}

/** The parts that an erasure needs besides the people and their pictures. */
export interface ErasureParts {
  readonly graceSeconds: number;
  /** Signs the receipt. */
  readonly signingKey: { readonly id: string; readonly secret: string };
  /** How long other gateways may still use an old answer in which the person exists; default 2 s. */
  readonly othersSeeItAfterMs?: number;
}
