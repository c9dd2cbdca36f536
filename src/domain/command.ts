import type { PeopleCommand } from './people-command.ts';
import type { SubjectReference } from './subject.ts';
import type { Upload } from './upload.ts';

/** What a caller wants, in the domain's words. Closed. */
export type Command =
  | ImageCommand
  | PeopleCommand
  /** Exchange a client key and secret for an access token. */
  | { readonly kind: 'issue-token'; readonly key: string; readonly secret: string }
  /** Only see whether the credential is good. */
  | { readonly kind: 'check-credential' };

/** What a caller wants of pictures. */
export type ImageCommand =
  /** Put one upload into each named slot, all or none. */
  | {
      readonly kind: 'put-images';
      readonly subject: SubjectReference;
      readonly images: readonly { readonly slot: number; readonly upload: Upload }[];
      readonly notes?: Readonly<Record<string, string>>;
      /**
       * Only if the image of the (first) slot has this id; `none`: only if there is none; `any`: only if
       * there is one.
       */
      readonly onlyIf?: Precondition;
    }
  /** Read the subject, with its images where `images` is set. */
  | { readonly kind: 'read-subject'; readonly subject: SubjectReference; readonly images: boolean }
  | {
      readonly kind: 'delete-images';
      readonly subject: SubjectReference;
      readonly slots: readonly number[];
      readonly onlyIf?: Precondition;
    }
  /** Make download addresses for images by id, each in a size of its own. Never fails as a whole. */
  | { readonly kind: 'locate-images'; readonly requests: readonly ImageRequest[] }
  /** The bytes of one slot's rendition. */
  | { readonly kind: 'read-image'; readonly subject: SubjectReference; readonly slot: number }
  /** The bytes behind a signed download ticket. */
  | { readonly kind: 'open-download'; readonly ticket: string };

/**
 * See `Command`. An image id is `ProfileImage.id`. `never-written`: the subject's generation is 0 and no
 * tombstone stands, so that a late copy can neither go stale nor bring a deleted picture back.
 */
export type Precondition =
  | { readonly kind: 'image'; readonly ids: readonly string[] }
  /** There is no image, or one with another id. */
  | { readonly kind: 'other-image'; readonly ids: readonly string[] }
  /**
   * The image was written in that second or before, because HTTP dates have no milliseconds. Also true where
   * there is no image.
   */
  | { readonly kind: 'unmodified-since'; readonly atMs: number }
  | { readonly kind: 'all'; readonly of: readonly Precondition[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'any' }
  | { readonly kind: 'never-written' };

/** One image asked for by id; `imageIdPrefix` is at least 16 hex digits of `ProfileImage.id`. */
export interface ImageRequest {
  /** How the caller spelled the image; the outcome hands it back. */
  readonly label: string;
  readonly subject: SubjectReference;
  readonly imageIdPrefix: string;
  /** Pixels; absent sides follow from the other, both absent means the stored size. Never enlarged. */
  readonly width?: number;
  readonly height?: number;
}

/** The name of a command. */
export type CommandKind = Command['kind'];

/** The command of one kind. */
export type CommandOf<K extends CommandKind> = Extract<Command, { kind: K }>;
