const LONGEST = 200;

/** A failure with its cause, for operators: what a command prints for a person and the backlog lists. */
export function describeFailure(failure: unknown): string {
  if (!(failure instanceof Error)) return 'unknown';
  const { message, cause } = failure;
  return (cause instanceof Error ? `${message}: ${cause.message}` : message).slice(0, LONGEST);
}
