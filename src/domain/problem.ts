import type { PictureFormat } from './picture-format.ts';

/** Where in the request an invalid parameter stood. */
export type ParameterLocation = 'path' | 'query' | 'header' | 'body';

/**
 * Everything that can go wrong, as the domain sees it. Closed: each dialect renders every kind
 * (wire/README.md), and the compiler proves it.
 */
export type Problem =
  | { readonly kind: 'unauthenticated'; readonly reason: 'missing' | 'invalid' | 'expired' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'subject-not-found' }
  | { readonly kind: 'image-not-found' }
  /** `value` is absent when the parameter is missing. */
  | {
      readonly kind: 'invalid-parameter';
      readonly name: string;
      readonly value?: string;
      readonly location: ParameterLocation;
    }
  | { readonly kind: 'body-missing' }
  | { readonly kind: 'body-malformed'; readonly reason: 'boundary-missing' | 'syntax' | 'limits' }
  | { readonly kind: 'length-mismatch' }
  /** `sentAsText`: a part of that name came, but as a text field. */
  | { readonly kind: 'file-missing'; readonly field: string; readonly sentAsText?: boolean }
  | { readonly kind: 'too-many-files'; readonly limit: number; readonly field?: string }
  /** `bytes` is absent where reading stopped at the limit. */
  | { readonly kind: 'file-too-large'; readonly limitBytes: number; readonly bytes?: number }
  | { readonly kind: 'file-too-small'; readonly limitBytes: number; readonly bytes: number }
  /** `detected` is a media type, absent when the bytes are no known format. */
  | {
      readonly kind: 'unsupported-format';
      readonly detected?: string;
      readonly accepted: readonly PictureFormat[];
    }
  | { readonly kind: 'corrupt-image' }
  | {
      readonly kind: 'image-too-complex';
      readonly limit: 'side' | 'pixels' | 'frames' | 'time' | 'memory';
    }
  /**
   * `precondition`: the caller's own If-Match did not hold. `overlap`: another update committed meanwhile.
   */
  | { readonly kind: 'conflict'; readonly reason: 'overlap' | 'precondition' }
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'route-not-found' }
  | { readonly kind: 'method-not-allowed'; readonly allow: readonly string[] }
  | { readonly kind: 'not-acceptable' }
  | { readonly kind: 'unsupported-media-type'; readonly declared?: string }
  | { readonly kind: 'request-timeout' }
  | { readonly kind: 'overloaded'; readonly retryAfterSeconds: number }
  | { readonly kind: 'upstream-unavailable' }
  | { readonly kind: 'upstream-timeout' }
  /**
   * The name belongs to another person. It says which name, never whose. `pointer` leads to it in the person,
   * e.g. `/aliases/timbu`.
   */
  | { readonly kind: 'name-taken'; readonly pointer: string; readonly value: string }
  | { readonly kind: 'person-exists' }
  | { readonly kind: 'person-erased' }
  /** The person is not in the version that the caller meant. */
  | { readonly kind: 'precondition-failed' }
  /** `pointer` (RFC 6901) leads to what is wrong in the person. */
  | { readonly kind: 'invalid-person'; readonly pointer: string; readonly reason: string }
  | { readonly kind: 'internal' };

/** The name of a problem. */
export type ProblemKind = Problem['kind'];

/** The problem of one kind. */
export type ProblemOf<K extends ProblemKind> = Extract<Problem, { kind: K }>;

/**
 * The one error class of expected failures. It carries the problem as a value and keeps the `cause` for the
 * log. Clients never see the cause.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.kind, options);
    this.problem = problem;
  }
}

/**
 * A table with one renderer for each kind of problem; `satisfies ProblemTable<…>` proves that a dialect
 * forgot none.
 */
export type ProblemTable<Context, Answer> = {
  readonly [K in ProblemKind]: (problem: ProblemOf<K>, context: Context) => Answer;
};

/** Looks the problem up in a total table. */
export function renderFrom<Context, Answer>(
  table: ProblemTable<Context, Answer>,
  problem: Problem,
  context: Context,
): Answer {
  const render = table[problem.kind] as (problem: Problem, context: Context) => Answer;
  return render(problem, context);
}
