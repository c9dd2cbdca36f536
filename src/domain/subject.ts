import type { JsonObject } from './json.ts';

/** What is known of a person. Missing parts stay missing: a dialect renders them empty in their own type, never invented. */
export interface SubjectProfile {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
  readonly phoneNumber?: string;
  /** By dialect name: further fields that only that dialect prints, in its own spelling. */
  readonly extra?: Readonly<Record<string, JsonObject>>;
}

/** A person with up to one profile image per slot, known by one alias per dialect. */
export interface Subject {
  /** 32 hex digits: a digest of tenant and id. Where the subject's record and bodies lie; safe in any path or URL. */
  readonly key: string;
  readonly tenant: string;
  /** Unique within the tenant. */
  readonly id: string;
  /** The subject's id in each dialect, by dialect name. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly profile: SubjectProfile;
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
