import type { ProblemKind } from '../../src/domain/index.ts';
import type { Column, VerdictKey } from './wire-verdicts.ts';

/** Something that goes wrong, and how it is brought about. */
export interface Cause {
  readonly cause: string;
  readonly problem: ProblemKind;
  readonly verdict: VerdictKey;
  /**
   * `kit`: the case of the conformance kit, under the dialect's upload or, where named, under another operation; `fault`: the sandbox is
   * asked for it by name, because no client can bring it about alone; `long-side`: the
   * gateway's own limit on pictures, which no contract names.
   */
  readonly by:
    | 'fault'
    | 'long-side'
    | { readonly kit: string; readonly under?: Partial<Record<Column, string>> };
  /** Dialects in which it cannot happen, and why. */
  readonly never?: Partial<Record<Column, string>>;
}

const NO_SCOPES = 'has no scopes';
const ANY_SIZE = 'any size will do';
const RAW = 'takes the bare bytes, which are then no picture';

/** The upload of each dialect. */
export const UPLOADS: Readonly<Record<Column, string>> = {
  'capillary-v2': 'addCustomerImage',
  'magicline-v1': 'updateImage',
  smartsheet: 'updateUserProfileImage',
  timbu: 'uploadUserImage',
  native: 'putImage',
};

/** Every problem, with at least one cause. */
export const CAUSES: readonly Cause[] = [
  {
    cause: 'no credential',
    problem: 'unauthenticated',
    verdict: 'unauthenticated: missing',
    by: { kit: 'credential-missing' },
  },
  {
    cause: 'a wrong credential',
    problem: 'unauthenticated',
    verdict: 'unauthenticated: invalid',
    by: { kit: 'credential-wrong-' },
  },
  {
    cause: 'an expired credential',
    problem: 'unauthenticated',
    verdict: 'unauthenticated: expired',
    by: { kit: 'credential-expired' },
    never: { 'magicline-v1': 'keys do not expire' },
  },
  {
    cause: 'a credential that allows less',
    problem: 'forbidden',
    verdict: 'forbidden',
    by: { kit: 'credential-lesser' },
    never: { 'capillary-v2': NO_SCOPES, timbu: NO_SCOPES },
  },
  {
    cause: 'a subject that does not exist',
    problem: 'subject-not-found',
    verdict: 'subject-not-found',
    by: { kit: 'subject-unknown' },
    never: { timbu: 'the subject is the caller' },
  },
  {
    cause: 'no picture where one is asked for',
    problem: 'image-not-found',
    verdict: 'image-not-found',
    by: {
      kit: 'deletes-nothing',
      under: {
        'capillary-v2': 'deleteCustomerImage',
        native: 'deleteImage',
        timbu: 'getProfileImage/name-words',
      },
    },
    never: { 'magicline-v1': 'a reader sees no address', smartsheet: 'a reader sees no image id' },
  },
  {
    cause: "an id that is none of the dialect's",
    problem: 'invalid-parameter',
    verdict: 'invalid-parameter',
    by: { kit: 'invalid-parameter: ' },
    never: { timbu: 'the subject is the caller' },
  },
  { cause: 'an empty body', problem: 'body-missing', verdict: 'body-missing', by: { kit: 'body-missing' } },
  {
    cause: 'a form whose head names no boundary',
    problem: 'body-malformed',
    verdict: 'body-malformed: boundary',
    by: { kit: 'form-without-boundary' },
    never: { smartsheet: RAW, native: RAW },
  },
  {
    cause: 'a form that ends too early',
    problem: 'body-malformed',
    verdict: 'body-malformed: syntax',
    by: { kit: 'form-cut-off' },
  },
  {
    cause: 'a form without a file',
    problem: 'file-missing',
    verdict: 'file-missing',
    by: { kit: 'form-empty' },
  },
  {
    cause: 'too many files',
    problem: 'too-many-files',
    verdict: 'too-many-files',
    by: { kit: 'form-too-many-files' },
    never: { timbu: 'the last one wins' },
  },
  {
    cause: 'a file one byte too large',
    problem: 'file-too-large',
    verdict: 'file-too-large',
    by: { kit: 'file-too-large' },
  },
  {
    cause: 'a file too small',
    problem: 'file-too-small',
    verdict: 'file-too-small',
    by: { kit: 'file-too-small' },
    never: { 'magicline-v1': ANY_SIZE, smartsheet: ANY_SIZE, timbu: ANY_SIZE, native: ANY_SIZE },
  },
  {
    cause: 'text under the name of a picture',
    problem: 'unsupported-format',
    verdict: 'unsupported-format',
    by: { kit: 'file-not-a-picture' },
  },
  {
    cause: 'a BMP',
    problem: 'unsupported-format',
    verdict: 'unsupported-format',
    by: { kit: 'file-unaccepted-format' },
    never: { 'capillary-v2': 'takes every format' },
  },
  {
    cause: 'half of a PNG',
    problem: 'corrupt-image',
    verdict: 'corrupt-image',
    by: { kit: 'file-cut-off-png' },
  },
  {
    cause: 'half of a JPEG',
    problem: 'corrupt-image',
    verdict: 'corrupt-image',
    by: { kit: 'file-cut-off-jpeg' },
  },
  {
    cause: 'a picture with a side too long',
    problem: 'image-too-complex',
    verdict: 'image-too-complex',
    by: 'long-side',
  },
  {
    cause: 'a compressed body',
    problem: 'unsupported-media-type',
    verdict: 'unsupported-media-type',
    by: { kit: 'body-compressed' },
  },
  {
    cause: 'an Accept header that nothing satisfies',
    problem: 'not-acceptable',
    verdict: 'not-acceptable',
    by: { kit: 'not-acceptable' },
  },
  {
    cause: 'a method that the path does not know',
    problem: 'method-not-allowed',
    verdict: 'method-not-allowed',
    by: { kit: 'wrong-method', under: { 'capillary-v2': 'getCustomerImage', native: 'getImage' } },
  },
  {
    cause: 'a path that nothing documents',
    problem: 'route-not-found',
    verdict: 'route-not-found',
    by: {
      kit: '',
      under: {
        'capillary-v2': 'unknown-path/v2',
        'magicline-v1': 'unknown-path/v1',
        smartsheet: 'unknown-path/2.0',
        timbu: 'unknown-path/root',
        native: 'unknown-path/native/v1',
      },
    },
  },
  {
    cause: 'an If-Match that does not hold',
    problem: 'conflict',
    verdict: 'conflict: precondition',
    by: { kit: 'if-match-fails' },
    never: {
      'capillary-v2': 'knows no conditions',
      'magicline-v1': 'knows no conditions',
      smartsheet: 'knows no conditions',
      timbu: 'knows no conditions',
    },
  },
  {
    cause: 'an update that commits while another is under way',
    problem: 'conflict',
    verdict: 'conflict: overlap',
    by: 'fault',
  },
  {
    cause: 'fewer or more bytes than announced',
    problem: 'length-mismatch',
    verdict: 'length-mismatch',
    by: 'fault',
  },
  { cause: 'too many calls', problem: 'rate-limited', verdict: 'rate-limited', by: 'fault' },
  {
    cause: 'a body that stops arriving',
    problem: 'request-timeout',
    verdict: 'request-timeout',
    by: 'fault',
  },
  { cause: 'a gateway that is full', problem: 'overloaded', verdict: 'overloaded', by: 'fault' },
  {
    cause: 'a backend that is away',
    problem: 'upstream-unavailable',
    verdict: 'upstream-unavailable',
    by: 'fault',
  },
  {
    cause: 'a backend that does not answer',
    problem: 'upstream-timeout',
    verdict: 'upstream-timeout',
    by: 'fault',
  },
  {
    cause: 'a name that belongs to another person',
    problem: 'name-taken',
    verdict: 'name-taken',
    by: 'fault',
  },
  {
    cause: 'a person who is there already',
    problem: 'person-exists',
    verdict: 'person-exists',
    by: 'fault',
  },
  {
    cause: 'a person who was erased',
    problem: 'person-erased',
    verdict: 'person-erased',
    by: 'fault',
  },
  {
    cause: 'a person in another version than was meant',
    problem: 'precondition-failed',
    verdict: 'precondition-failed',
    by: 'fault',
  },
  {
    cause: 'a person that is not valid',
    problem: 'invalid-person',
    verdict: 'invalid-person',
    by: 'fault',
  },
  { cause: 'a mistake of ours', problem: 'internal', verdict: 'internal', by: 'fault' },
];
