import type { ObjectStore, RecordStore } from '../../../src/domain/index.ts';

/** What everything throws in a process that was killed. */
export class Killed extends Error {}

/** A process that can be killed in the middle of any step it takes in the store or at the backend. */
export interface MortalProcess {
  readonly records: RecordStore;
  readonly objects: ObjectStore;
  /** One step outside of the process: it may come too late or be its last. */
  readonly step: <T>(act: () => Promise<T>) => Promise<T>;
  /** Dies at the n-th step from now: before it, or after it took effect. */
  killIn(steps: number, afterEffect: boolean): void;
  readonly isAlive: boolean;
}

/** A process over a store that survives it. `hop`: lets others go first, now and then. */
export function createMortalProcess(parts: {
  readonly records: RecordStore;
  readonly objects: ObjectStore;
  readonly hop: () => Promise<void>;
}): MortalProcess {
  let alive = true;
  let left = Number.POSITIVE_INFINITY;
  let effectFirst = false;

  async function step<T>(act: () => Promise<T>): Promise<T> {
    if (!alive) throw new Killed('killed before');
    await parts.hop();
    if (!alive) throw new Killed('killed meanwhile');
    left -= 1;
    if (left > 0) {
      const result = await act();
      if (!alive) throw new Killed('killed meanwhile');
      return result;
    }
    alive = false;
    if (effectFirst) await act();
    throw new Killed('killed now');
  }

  const { records, objects } = parts;
  return {
    step,
    get isAlive() {
      return alive;
    },
    killIn(steps, afterEffect) {
      left = steps;
      effectFirst = afterEffect;
    },
    records: {
      capabilities: records.capabilities,
      read: (key) => step(() => records.read(key)),
      swap: (key, expected, value) => step(() => records.swap(key, expected, value)),
      remove: (key, expected) => step(() => records.remove(key, expected)),
      async *list(prefix, options) {
        for await (const key of records.list(prefix, options)) {
          await step(async () => {});
          yield key;
        }
      },
    },
    objects: {
      capabilities: objects.capabilities,
      put: (key, source, options) => step(() => objects.put(key, source, options)),
      get: (key, range) => step(() => objects.get(key, range)),
      delete: (key) => step(() => objects.delete(key)),
      list: (prefix, options) => objects.list(prefix, options),
    },
  };
}
