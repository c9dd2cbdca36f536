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
  /** Takes in what happened at once; throws where a read gave something that it must not. */
  observe(writes: readonly WriteResult[], reads: readonly Value[]): void;
  allows(value: Value): boolean;
  /** Its person was left behind: from now on it may also be empty, until it is written or found again. */
  leaveBehind(): void;
  describe(): string;
}

/** A slot that was never written. */
export function createRegister(): Register {
  let settled = new Set<Value>([0]);
  let pending = new Set<Value>();

  let isLeftBehind = false;

  const isHeld = (value: Value) => settled.has(value) || pending.has(value);
  const allows = (value: Value) => isHeld(value) || (isLeftBehind && value === 0);
  const describe = () => `settled ${[...settled].join()} pending ${[...pending].join()}`;
  return {
    allows,
    describe,
    leaveBehind() {
      isLeftBehind = true;
    },
    observe(writes, reads) {
      const written = new Set(writes.map(({ value }) => value));
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
      } else {
        pending = new Set([...pending, ...failed]);
      }
      const [read] = reads;
      // Who was left behind is found again once the backend is asked again.
      const isLeft = isLeftBehind && read === 0;
      if (reads.length === 1 && writes.length === 0 && read !== undefined && !isLeft) {
        settled = new Set([read]);
        pending.delete(read);
        isLeftBehind = false;
      }
    },
  };
}
