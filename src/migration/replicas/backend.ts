import type {
  CommandOf,
  Loss,
  ProblemKind,
  Subject,
  Upload,
  UpstreamImage,
  UpstreamOutcome,
} from '../../domain/index.ts';

/** Commands that a backend is asked to carry out. */
export type BackendCommand = CommandOf<'put-images' | 'delete-images' | 'read-subject' | 'locate-images'>;

/** What a backend said, in the domain's words. */
export interface BackendReply {
  readonly outcome: UpstreamOutcome;
  /** The fields that could not be expressed to the backend. */
  readonly losses: readonly Loss[];
}

/** A picture fetched from a backend. */
export interface FetchedPicture {
  readonly upload: Upload;
  /** Removes the bytes that are held on disk. */
  readonly release: () => Promise<void>;
}

/**
 * A legacy backend. Each of its answers is a reply, refusals included. A rejection means that there is no
 * answer: `ProblemError` `upstream-unavailable` where nothing was sent, `upstream-timeout` where the request
 * may or may not take effect.
 */
export interface Backend {
  /** How many slots a subject has there. */
  readonly slots: number;
  readonly canDelete: boolean;
  carryOut(command: BackendCommand, subject: Subject): Promise<BackendReply>;
  /** The bytes of an image that a reply named; `undefined` where it is gone. */
  fetch(image: UpstreamImage, subject: Subject): Promise<FetchedPicture | undefined>;
}

/**
 * What a reply to a write means. `refused`: the backend refused it for good and changed nothing. `later`: it
 * changed nothing, but may accept the write later. `unsure`: it may have carried the write out.
 */
export type Verdict = 'done' | 'refused' | 'later' | 'unsure';

const VERDICTS = {
  unauthenticated: 'later',
  forbidden: 'later',
  'subject-not-found': 'refused',
  'image-not-found': 'refused',
  'invalid-parameter': 'refused',
  'body-missing': 'refused',
  'body-malformed': 'refused',
  'length-mismatch': 'refused',
  'file-missing': 'refused',
  'too-many-files': 'refused',
  'file-too-large': 'refused',
  'file-too-small': 'refused',
  'unsupported-format': 'refused',
  'corrupt-image': 'refused',
  'image-too-complex': 'refused',
  conflict: 'later',
  'rate-limited': 'later',
  'route-not-found': 'later',
  'method-not-allowed': 'later',
  'not-acceptable': 'later',
  'unsupported-media-type': 'refused',
  'request-timeout': 'unsure',
  overloaded: 'later',
  'upstream-unavailable': 'unsure',
  'upstream-timeout': 'unsure',
  'name-taken': 'refused',
  'person-exists': 'refused',
  'person-erased': 'refused',
  'precondition-failed': 'refused',
  'invalid-person': 'refused',
  internal: 'unsure',
} as const satisfies Record<ProblemKind, Verdict>;

/** See `Verdict`. */
export function verdictOf({ outcome }: BackendReply): Verdict {
  return outcome.kind === 'problem' ? VERDICTS[outcome.problem.kind] : 'done';
}
