/** A message from a process to its supervisor. */
export type FromProcess =
  /** The process serves. */
  | { readonly kind: 'serves'; readonly url: string; readonly signInLink?: string }
  /** A question to every other process. */
  | { readonly kind: 'question'; readonly id: number; readonly question: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown };

/** A message from the supervisor to a process. */
export type ToProcess =
  /** `/readyz` says that the process is not ready from now on; `stop` follows. */
  | { readonly kind: 'unready' }
  /** The process finishes its requests under way and then ends. */
  | { readonly kind: 'stop' }
  /** A question of another process. */
  | { readonly kind: 'question'; readonly id: number; readonly question: unknown }
  /** The answers of the other processes to the question with that number. */
  | { readonly kind: 'answers'; readonly id: number; readonly answers: readonly unknown[] };

/** Whether a message is one of these. Node's own cluster uses the same channel. */
export function isProcessMessage(message: unknown): message is { readonly kind: string } {
  return typeof message === 'object' && message !== null && 'kind' in message;
}
