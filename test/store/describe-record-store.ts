import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json, RecordStore } from '../../src/domain/index.ts';
import {
  collected,
  forEachOf,
  LEGAL_CHARACTERS,
  LISTED_KEYS,
  type StoreUnderTest,
} from './store-under-test.ts';

/** The promises of `RecordStore`, held against a driver. Each test is one row of the README's table. */
export function describeRecordStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name}: records`, () => {
    let backend: StoreUnderTest;
    let records: RecordStore;
    let tests = 0;
    /** A key that no other test uses. */
    const fresh = (rest: string) => `subjects/${String(tests).padStart(4, '0')}-${rest}`;

    beforeAll(async () => {
      backend = await make();
      records = backend.store.records;
    });
    afterAll(async () => {
      await backend.close();
    });
    const promise = (sentence: string, hold: () => Promise<void>, timeoutMs?: number) =>
      it(
        sentence,
        async () => {
          tests += 1;
          await hold();
        },
        timeoutMs,
      );

    promise('gives back the document that was swapped in, with its version', async () => {
      const value: Json = {
        text: 'Zoë \u{1f600} \u2028',
        number: 1.5,
        list: [null, true, {}],
        nothing: null,
      };
      const { version } = await swapped(records, fresh('a'), undefined, value);
      expect(await records.read(fresh('a'))).toEqual({ value, version });
      const second = await swapped(records, fresh('a'), version, 'short');
      expect(await records.read(fresh('a'))).toEqual({ value: 'short', version: second.version });
    });

    promise('answers nothing for a document that was never written', async () => {
      expect(await records.read(fresh('a'))).toBeUndefined();
    });

    promise('keeps no tie to the value that it was given or gave', async () => {
      const list = [1];
      await records.swap(fresh('a'), undefined, { list });
      list.push(2);
      const read = (await records.read(fresh('a')))?.value as { list: number[] } | undefined;
      read?.list.push(3);
      expect((await records.read(fresh('a')))?.value).toEqual({ list: [1] });
    });

    promise('lets exactly one of 20 racers create a document', async () => {
      const stores = [records, (await backend.another()).records];
      const results = await race(20, (racer) => at(stores, racer).swap(fresh('a'), undefined, { racer }));
      expect(winners(results)).toHaveLength(1);
      expect((await records.read(fresh('a')))?.value).toEqual({ racer: winners(results)[0] });
    });

    promise('lets exactly one of 20 racers replace a document, round after round', async () => {
      const stores = [records, (await backend.another()).records];
      let { version } = await swapped(records, fresh('a'), undefined, 'start');
      for (let round = 0; round < 10; round += 1) {
        const expected = version;
        const results = await race(20, (racer) =>
          at(stores, racer).swap(fresh('a'), expected, { round, racer }),
        );
        const [winner] = winners(results);
        expect(winners(results)).toEqual([winner]);
        const read = await records.read(fresh('a'));
        expect(read?.value).toEqual({ round, racer: winner });
        version = String(read?.version);
      }
    });

    promise('loses no update of writers that read, change and swap at once', async () => {
      const stores = [records, (await backend.another()).records, (await backend.another()).records];
      await records.swap(fresh('a'), undefined, 0);
      await race(12, async (writer) => {
        const store = at(stores, writer);
        for (let done = 0; done < 5; ) {
          const read = await store.read(fresh('a'));
          const result = await store.swap(fresh('a'), read?.version, Number(read?.value) + 1);
          if (result !== 'conflict') done += 1;
        }
      });
      expect((await records.read(fresh('a')))?.value).toBe(60);
    });

    promise('changes nothing on a conflict', async () => {
      const first = await swapped(records, fresh('a'), undefined, 1);
      const second = await swapped(records, fresh('a'), first.version, 2);
      expect(await records.swap(fresh('a'), first.version, 3)).toBe('conflict');
      expect(await records.swap(fresh('a'), undefined, 3)).toBe('conflict');
      expect(await records.swap(fresh('b'), first.version, 3)).toBe('conflict');
      expect(await records.remove(fresh('a'), first.version)).toBe('conflict');
      expect(await records.remove(fresh('b'), first.version)).toBe('conflict');
      expect(await records.read(fresh('a'))).toEqual({ value: 2, version: second.version });
      expect(await records.read(fresh('b'))).toBeUndefined();
    });

    promise('never repeats a version of a key, not even after a removal', async () => {
      const seen = new Set<string>();
      for (let life = 0; life < 4; life += 1) {
        let version: string | undefined;
        for (let change = 0; change < 5; change += 1) {
          ({ version } = await swapped(records, fresh('a'), version, change));
          seen.add(version);
        }
        expect(await records.remove(fresh('a'), String(version))).toBe('removed');
        expect(await records.swap(fresh('a'), version, 'late')).toBe('conflict');
      }
      expect(seen.size).toBe(20);
    });

    promise('forgets a removed document for every gateway at once', async () => {
      const other = (await backend.another()).records;
      const { version } = await swapped(records, fresh('a'), undefined, 1);
      expect(await other.remove(fresh('a'), version)).toBe('removed');
      expect(await records.read(fresh('a'))).toBeUndefined();
      expect(await collected(records.list(fresh('')))).toEqual([]);
      await swapped(records, fresh('a'), undefined, 2);
      expect((await other.read(fresh('a')))?.value).toBe(2);
      expect(await collected(other.list(fresh('')))).toEqual([fresh('a')]);
    });

    promise('shows a reader only whole documents, each newer than the one before', async () => {
      const reader = (await backend.another()).records;
      let { version } = await swapped(records, fresh('a'), undefined, { count: 0, fill: '' });
      const written = new AbortController();
      const seenBy = async (store: RecordStore) =>
        (await store.read(fresh('a')))?.value as { count: number; fill: string } | undefined;
      const reading = (async () => {
        for (let newest = 0; !written.signal.aborted; ) {
          const seen = await seenBy(reader);
          expect(seen?.count).toBeGreaterThanOrEqual(newest);
          newest = seen?.count ?? 0;
          expect(seen?.fill).toHaveLength(newest * 500);
          await nextTurn();
        }
      })();
      for (let count = 1; count <= 60; count += 1) {
        const value = { count, fill: 'x'.repeat(count * 500) };
        ({ version } = await swapped(records, fresh('a'), version, value));
        expect((await seenBy(records))?.count).toBe(count);
      }
      written.abort();
      await reading;
    });

    promise('keeps documents up to 256 KiB and refuses larger ones', async () => {
      const largest = 'x'.repeat(256 * 1024 - 2);
      const { version } = await swapped(records, fresh('a'), undefined, largest);
      expect((await records.read(fresh('a')))?.value).toBe(largest);
      await expect(records.swap(fresh('a'), version, `${largest}x`)).rejects.toThrow(RangeError);
      expect((await records.read(fresh('a')))?.version).toBe(version);
    });

    promise('takes keys with every legal character, up to 512 of them', async () => {
      const keys = [
        ...LEGAL_CHARACTERS.split('').map((character) => fresh(`x${character}x`)),
        fresh('').padEnd(512, 'k'),
        fresh('deep/deeper/deepest/and.more'),
        fresh('deep/deeper'),
      ];
      for (const key of keys) await swapped(records, key, undefined, key);
      for (const key of keys) expect((await records.read(key))?.value).toBe(key);
      expect(await collected(records.list(fresh('')))).toEqual(keys.toSorted());
    });

    promise('refuses what is no key before it touches the backend', async () => {
      for (const key of ['', '/a', 'a//b', '../a', 'a/../b', 'a/.b', 'a b', 'k'.repeat(513)]) {
        await expect(records.read(key)).rejects.toThrow(RangeError);
        await expect(records.swap(key, undefined, 1)).rejects.toThrow(RangeError);
        await expect(records.remove(key, '1')).rejects.toThrow(RangeError);
      }
    });

    promise(
      'lists more than 5,000 keys in order, from any key on, each once',
      async () => {
        const keys = Array.from({ length: LISTED_KEYS }, (_, index) => {
          const number = String((index * 7919) % LISTED_KEYS).padStart(4, '0');
          return fresh(`l${number.slice(0, 2)}${'-./_'[index % 4]}${number.slice(2)}`);
        });
        await forEachOf([...keys, fresh('k'), fresh('m')], 32, (key) => records.swap(key, undefined, 1));
        const sorted = keys.toSorted();
        expect(await collected(records.list(fresh('l')))).toEqual(sorted);
        expect(await collected(records.list(fresh('l'), { after: String(sorted[2_500]) }))).toEqual(
          sorted.slice(2_501),
        );
        expect(await collected(records.list(fresh('l'), { after: fresh('m') }))).toEqual([]);
      },
      300_000,
    );
  });
}

async function swapped(
  records: RecordStore,
  key: string,
  expected: string | undefined,
  value: Json,
): Promise<{ readonly version: string }> {
  const result = await records.swap(key, expected, value);
  if (result === 'conflict') throw new Error(`conflict at ${key}`);
  return result;
}

function race<T>(racers: number, run: (racer: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: racers }, (_, racer) => run(racer)));
}

function winners(results: readonly ({ readonly version: string } | 'conflict')[]): number[] {
  return results.flatMap((result, racer) => (result === 'conflict' ? [] : [racer]));
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('no items');
  return item;
}
