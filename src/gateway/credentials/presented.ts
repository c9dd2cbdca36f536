import type { CredentialScheme, Principal, WireRequestHead } from '../../domain/index.ts';

/** What a scheme found in a request, not yet believed. */
export interface Presented {
  /** The user name, where the scheme has one. */
  readonly name?: string;
  readonly secret: string;
  /** Throws `ProblemError` `unauthenticated`. */
  prove(): Promise<Principal>;
}

/** Looks where the scheme carries its credential; `undefined`: nothing is there. */
export type SchemeReader<S extends CredentialScheme = CredentialScheme> = (
  scheme: S,
  dialect: string,
  head: WireRequestHead,
) => Presented | undefined;

/** The reader of one kind of scheme. */
export type ReaderOf<K extends CredentialScheme['kind']> = SchemeReader<
  Extract<CredentialScheme, { readonly kind: K }>
>;
