import type { Value } from './model-backend.ts';

/** A write of a burst: acknowledged, or of unknown outcome. */
export interface WriteResult {
  readonly value: Value;
  readonly acknowledged: boolean;
}

/**
 * What a slot may hold, as far as its clients can know. A write that failed may have taken effect, or may do so, until a later one is
 * acknowledged.
 */
export interface Register {
  /**
   * Takes in what happened at once; throws where a read gave something that it must not. `isGivingUp`: the backend is being given up, so a
   * read that still finds what was left behind there does not bring it here.
   */
  observe(writes: readonly WriteResult[], reads: readonly Value[], isGivingUp?: boolean): void;
  allows(value: Value): boolean;
  /** Whether the backend may hold the value: it keeps what was left behind there. */
  isAtBackend(value: Value): boolean;
  /** Its person was left behind: from now on it may also be empty, until it is written or found again. */
  leaveBehind(): void;
  /** Its person was never verified: from now on it may also hold any older value, until it is written. */
  doubt(): void;
  describe(): string;
}

/** A slot that was never written. */
export function createRegister(): Register {
  let settled = new Set<Value>([0]);
  let pending = new Set<Value>();

  let isLeftBehind = false;
  let isDoubtful = false;
  const ever = new Set<Value>([0]);

  const isHeld = (value: Value) => settled.has(value) || pending.has(value);
  const isAtBackend = (value: Value) => isHeld(value) || (isDoubtful && ever.has(value));
  const allows = (value: Value) => isAtBackend(value) || (isLeftBehind && value === 0);
  const describe = () => `settled ${[...settled].join()} pending ${[...pending].join()}`;
  return {
    allows,
    isAtBackend,
    describe,
    leaveBehind() {
      isLeftBehind = true;
    },
    doubt() {
      isDoubtful = true;
    },
    observe(writes, reads, isGivingUp = false) {
      const written = new Set(writes.map(({ value }) => value));
      for (const value of written) ever.add(value);
      for (const value of reads) {
        if (!allows(value) && !written.has(value)) {
          throw new Error(`read ${value}, but ${describe()}, written meanwhile ${[...written].join()}`);
        }
      }
      const acknowledged = writes.filter((write) => write.acknowledged).map(({ value }) => value);
      const failed = writes.filter((write) => !write.acknowledged).map(({ value }) => value);
      if (acknowledged.length > 0) {
        settled = new Set(acknowledged);
        pending = new Set(failed);
        isLeftBehind = false;
        isDoubtful = false;
      } else {
        pending = new Set([...pending, ...failed]);
      }
      const [read] = reads;
      // Who was left behind is found again once the backend is asked again.
      const isLeft = (isLeftBehind && read === 0) || (isDoubtful && read !== undefined && !isHeld(read));
      if (reads.length === 1 && writes.length === 0 && read !== undefined && !isLeft) {
        settled = new Set([read]);
        pending.delete(read);
        if (!isGivingUp) isLeftBehind = false;
      }
    },
  };
}
