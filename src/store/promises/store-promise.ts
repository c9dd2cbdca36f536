import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore, RecordStore } from '../../domain/index.ts';
import type { Store } from '../store.ts';

/** A driver on a backend of its own, for testing its promises. */
export interface StoreUnderTest {
  /** Started. */
  readonly store: Store;
  /** Opens the same data again, as another gateway would; started. */
  another(): Promise<Store>;
  /** Stops every store that was opened and takes the backend down. */
  close(): Promise<void>;
}

/** One sentence that is true of every driver, and its test. Any test runner may call it. */
export interface StorePromise {
  readonly port: 'bodies' | 'records';
  /** What the driver does, e.g. `answers nothing for a body that was never put`. */
  readonly sentence: string;
  /**
   * Rejects where the driver breaks the promise. Keys are new each time, so any number of promises may be
   * tested on one backend, in any order.
   */
  hold(backend: Pick<StoreUnderTest, 'store' | 'another'>): Promise<void>;
}

/** The tools of a promise's test. */
export interface PromiseBench {
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  another(): Promise<Store>;
  /** A key that no other promise uses. */
  fresh(rest: string): string;
  /** An empty folder for files to put. */
  readonly scratch: string;
}

/** How many keys a listing is tested with. Backends answer in pages of at most 5,000. */
export const LISTED_KEYS = 5_003;

/** Every character that a key may hold. */
export const LEGAL_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';

const PREFIXES = { bodies: 'bodies', records: 'subjects' } as const;

/** Makes a promise from a sentence and its test. */
export function storePromise(
  port: StorePromise['port'],
  sentence: string,
  prove: (bench: PromiseBench) => Promise<void>,
): StorePromise {
  return {
    port,
    sentence,
    async hold({ store: { objects, records }, another }) {
      const name = randomBytes(6).toString('hex');
      const scratch = await mkdtemp(join(tmpdir(), 'polyface-promise-'));
      try {
        await prove({
          objects,
          records,
          another,
          fresh: (rest) => `${PREFIXES[port]}/${name}-${rest}`,
          scratch,
        });
      } finally {
        await rm(scratch, { recursive: true });
      }
    },
  };
}

/** Runs the work for every item, `concurrency` of them at a time. */
export async function forEachOf<T>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const workers = Array.from({ length: concurrency }, async () => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value);
  });
  await Promise.all(workers);
}

/** All items of an iterable. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
