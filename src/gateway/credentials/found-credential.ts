import type { CredentialScheme, Principal, WireRequestHead } from '../../domain/index.ts';

/** The caller of a check, as far as it matters for the check's cost. */
export interface Caller {
  /** The network of the address, or the name where no address is known. */
  readonly client: string;
  /** The secret was right lately. */
  readonly trusted: boolean;
}

/** A credential found in a request, not yet checked. */
export interface FoundCredential {
  /** The user name, where the scheme has one. */
  readonly name?: string;
  readonly secret: string;
  /** Throws `ProblemError` `unauthenticated`. */
  authenticate(caller: Caller): Promise<Principal>;
}

/** Looks where the scheme carries its credential; `undefined` where there is none. */
export type SchemeReader<S extends CredentialScheme = CredentialScheme> = (
  scheme: S,
  dialect: string,
  head: WireRequestHead,
) => FoundCredential | undefined;

/** The reader of one kind of scheme. */
export type ReaderOf<K extends CredentialScheme['kind']> = SchemeReader<
  Extract<CredentialScheme, { readonly kind: K }>
>;
