import type { Store } from '../../src/store/store.ts';

/** A driver on a backend of its own, as the behaviour suites take it. */
export interface StoreUnderTest {
  /** Started. */
  readonly store: Store;
  /** Opens the same data once more, as another gateway would; started. */
  another(): Promise<Store>;
  /** Stops every store that was opened and takes the backend down. */
  close(): Promise<void>;
}

/** How many keys a listing is proved with; backends answer in pages of 5,000 at most. */
export const LISTED_KEYS = 5_003;

/** Every character that a key may hold. */
export const LEGAL_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';

/** Runs the work for every item, so many at a time. */
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

/** Everything that an iterable gives. */
export async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
