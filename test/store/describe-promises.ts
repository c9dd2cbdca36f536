import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OBJECT_PROMISES } from '../../src/store/promises/object-promises.ts';
import { RECORD_PROMISES } from '../../src/store/promises/record-promises.ts';
import type { StorePromise, StoreUnderTest } from '../../src/store/promises/store-promise.ts';

/** A promise that an engine is known to break, and what is seen then. */
export type KnownDeviations = Readonly<Record<string, RegExp>>;

/**
 * Holds a driver to every promise; each test is one row of the table in `docs/stores.md`. A known deviation must be seen: an engine that
 * was mended fails here until the entry is removed.
 */
export function describeStorePromises(
  name: string,
  make: () => Promise<StoreUnderTest>,
  deviations: KnownDeviations = {},
): void {
  describeEach(`${name}: bodies`, OBJECT_PROMISES, make, deviations);
  describeEach(`${name}: records`, RECORD_PROMISES, make, deviations);
}

function describeEach(
  title: string,
  promises: readonly StorePromise[],
  make: () => Promise<StoreUnderTest>,
  deviations: KnownDeviations,
): void {
  describe(title, () => {
    let backend: StoreUnderTest;
    beforeAll(async () => {
      backend = await make();
    });
    afterAll(() => backend.close());
    for (const { port, sentence, hold } of promises) {
      const deviation = deviations[`${port}: ${sentence}`];
      const broken = deviation ? `${BROKEN}${sentence}` : sentence;
      it(broken, async () => {
        if (deviation) await expect(hold(backend)).rejects.toThrow(deviation);
        else await hold(backend);
      }, 300_000);
    }
  });
}

/** How the title of a known deviation begins. */
const BROKEN = 'is known to break: ';
