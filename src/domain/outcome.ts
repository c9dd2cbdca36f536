import type { CommandKind } from './command.ts';
import type { PeopleOutcomes } from './people-command.ts';
import type { Problem } from './problem.ts';
import type { ProfileImage, StoredPicture } from './profile-image.ts';
import type { Subject } from './subject.ts';

/** An image as a reader of one dialect sees it. */
export interface ImageView {
  readonly image: ProfileImage;
  /** The body that this reader gets: the dialect's rendition, or the original. */
  readonly picture: StoredPicture;
  /** Absolute signed address of `picture`; present where the operation declares `links`. */
  readonly url?: string;
  /** The opaque token inside `url` (`open-download` takes it); present with `url` on gateway-served downloads. */
  readonly ticket?: string;
  readonly urlExpiresAtMs?: number;
  /** Fields of `image` that were made up, because the backend behind it does not say them. */
  readonly synthesised?: readonly ImageField[];
}

/** A field of an image that a response may print and a backend may not know. */
export type ImageField = 'id' | 'handle' | 'version' | 'writtenAtMs';

/** What each command leads to. Failures are `ProblemError`s instead. */
export interface Outcomes extends PeopleOutcomes {
  /** In the order of the command's images. */
  'put-images': {
    readonly kind: 'images-put';
    readonly subject: Subject;
    readonly images: readonly ImageView[];
    readonly created: boolean;
  };
  /** Images in order of slot; those that cannot be shown in the dialect's rendition are left out. */
  'read-subject': {
    readonly kind: 'subject-read';
    readonly subject: Subject;
    readonly images: readonly ImageView[];
  };
  'delete-images': {
    readonly kind: 'images-deleted';
    readonly subject: Subject;
    readonly slots: readonly number[];
  };
  'locate-images': {
    readonly kind: 'images-located';
    /** One for each request, in order. */
    readonly results: readonly ({ readonly label: string } & (
      | { readonly found: true; readonly view: ImageView }
      | { readonly found: false; readonly problem: Problem }
    ))[];
    readonly ttlSeconds: number;
  };
  'read-image': { readonly kind: 'image-read'; readonly subject: Subject; readonly view: ImageView };
  'open-download': {
    readonly kind: 'download-opened';
    readonly picture: StoredPicture;
    readonly attachment: boolean;
    /** When the image was written. */
    readonly modifiedAtMs?: number;
  };
  'issue-token': { readonly kind: 'token-issued'; readonly accessToken: string; readonly ttlSeconds: number };
  'check-credential': { readonly kind: 'credential-good' };
}

/** Any outcome. */
export type Outcome = Outcomes[CommandKind];

/** The outcome of one kind of command. */
export type OutcomeOf<K extends CommandKind> = Outcomes[K];
