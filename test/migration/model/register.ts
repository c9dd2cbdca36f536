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
  describe(): string;
}

/** A slot that was never written. */
export function createRegister(): Register {
  let settled = new Set<Value>([0]);
  let pending = new Set<Value>();

  const allows = (value: Value) => settled.has(value) || pending.has(value);
  const describe = () => `settled ${[...settled].join()} pending ${[...pending].join()}`;
  return {
    allows,
    describe,
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
      } else {
        pending = new Set([...pending, ...failed]);
      }
      const [read] = reads;
      if (reads.length === 1 && writes.length === 0 && read !== undefined) {
        settled = new Set([read]);
        pending.delete(read);
      }
    },
  };
}
