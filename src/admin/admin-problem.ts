/** A refusal of the admin API, rendered as problem details (RFC 9457). */
export class AdminProblem extends Error {
  override readonly name = 'AdminProblem';
  readonly status: number;
  readonly extra: Readonly<Record<string, unknown>>;

  /** `message`: one sentence for people. */
  constructor(status: number, message: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.extra = extra;
  }
}
