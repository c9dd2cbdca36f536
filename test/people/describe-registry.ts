import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { establishPages } from '../../src/people/records/directory-pages.ts';
import type { StoreUnderTest } from '../../src/store/promises/store-promise.ts';
import { CHANGE_PROMISES } from './registry-change-promises.ts';
import { KEY_PROMISES } from './registry-key-promises.ts';
import { NAME_PROMISES } from './registry-name-promises.ts';
import { openRegistry, type RegistryUnderTest } from './registry-rig.ts';

/** Tests the promises of `PeopleRegistry` on a store. */
export function describeRegistry(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`people in records on ${name}`, () => {
    let backend: StoreUnderTest;
    let here: RegistryUnderTest;
    let there: RegistryUnderTest;

    beforeAll(async () => {
      backend = await make();
      await establishPages(backend.store.records, 256);
      here = openRegistry(backend.store.records);
      there = openRegistry((await backend.another()).records);
    });
    afterAll(() => backend.close());
    for (const [index, [sentence, hold]] of [...NAME_PROMISES, ...CHANGE_PROMISES, ...KEY_PROMISES].entries())
      it(`the registry ${sentence}`, () => hold({ backend, here, there, tenant: `tenant-${index + 1}` }));
  });
}
