import { setTimeout as pause } from 'node:timers/promises';
import { StoreError } from '../domain/index.ts';

/** How many attempts one conditional write has. */
const MAX_TRIES = 3;

/** Pause before the second attempt, in milliseconds; doubled before the third. */
const FIRST_PAUSE_MS = 100;

/** What a failed attempt of a conditional write means. */
export type TryFailure =
  /** The condition did not hold; nothing was changed. */
  | 'unmet'
  /** Nothing was changed, because another write was under way. The same attempt may succeed later. */
  | 'busy'
  /** The write may have taken effect: no answer came, or the backend broke off. */
  | 'open'
  /** It failed for good. */
  | 'failed';

/** The result of a conditional write. */
export interface ConditionalAnswer<T> {
  /**
   * The backend's answer; `unmet` where the condition did not hold; `busy` where other writes of the key were
   * under way at each attempt.
   */
  readonly answer: T | 'unmet' | 'busy';
  /**
   * Whether an earlier attempt may have taken effect. Then this write itself may be the reason for "unmet".
   */
  readonly afterLoss: boolean;
}

/**
 * Makes a conditional request until its answer is known. The SDK's own retry must be off: a repetition would
 * see the first attempt's effect and report a conflict.
 */
export async function writeConditionally<T>(
  signal: AbortSignal,
  request: () => Promise<T>,
  failureOf: (error: unknown) => TryFailure,
): Promise<ConditionalAnswer<T>> {
  let afterLoss = false;
  for (let tries = 1; ; tries += 1) {
    try {
      return { answer: await request(), afterLoss };
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'unmet') return { answer: 'unmet', afterLoss };
      if (failure === 'busy' && tries === MAX_TRIES) return { answer: 'busy', afterLoss };
      if (failure === 'failed' || tries === MAX_TRIES) throw error;
      if (failure === 'open') afterLoss = true;
      await pause(FIRST_PAUSE_MS * 2 ** (tries - 1), undefined, { signal });
    }
  }
}

/** For a write that may or may not have taken effect. The caller reads again. */
export function lostAnswer(): StoreError {
  return new StoreError('unavailable', {
    cause: new Error('an answer was lost and the record has changed since'),
  });
}
