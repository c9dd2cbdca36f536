import type { JsonObject } from './json.ts';

/**
 * The known facts of a person. Missing parts stay missing: a dialect renders them empty in their own type and
 * never invents them. A type alias, which is assignable to `Json`.
 */
export type SubjectProfile = {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
  readonly phoneNumber?: string;
  /** By dialect name: further fields that only that dialect prints, in its own spelling. */
  readonly extra?: Readonly<Record<string, JsonObject>>;
};

/** A person with up to one profile image per slot, known by one alias per dialect. */
export interface Subject {
  /**
   * 32 hex digits, given once; they stay when the id changes. The subject's record and bodies are stored
   * under it. Safe in any path or URL.
   */
  readonly key: string;
  readonly tenant: string;
  /** Unique within the tenant. */
  readonly id: string;
  /** The subject's id in each dialect, by dialect name. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly profile: SubjectProfile;
  /** Made from an id that no person has. It becomes a person with the first picture. */
  readonly provisional?: true;
}

/** Whether the text looks like a `Subject.key`. Operators may look people up by key as well as by id. */
export function isSubjectKey(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** How a caller names a subject, always within the caller's tenant. */
export type SubjectReference =
  /** The id in the caller's own dialect. */
  | { readonly kind: 'alias'; readonly id: string }
  /** A further identifier, e.g. Capillary's `mobile` or an e-mail address. */
  | { readonly kind: 'identifier'; readonly name: string; readonly value: string }
  /** The bearer of the credential. */
  | { readonly kind: 'caller' }
  /** `Subject.key`, as a dialect may have woven it into an image id. */
  | { readonly kind: 'key'; readonly key: string };
