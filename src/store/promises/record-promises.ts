import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Json, RecordStore } from '../../domain/index.ts';
import {
  collect,
  forEachOf,
  LEGAL_CHARACTERS,
  LISTED_KEYS,
  type PromiseBench,
  type StorePromise,
  storePromise,
} from './store-promise.ts';

const promise = (sentence: string, prove: (bench: PromiseBench) => Promise<void>) =>
  storePromise('records', sentence, prove);

/** The promises of `RecordStore`. */
export const RECORD_PROMISES: readonly StorePromise[] = [
  promise('gives back the document that was swapped in, with its version', async ({ records, fresh }) => {
    const value: Json = {
      text: 'Zoë \u{1f600} \u2028',
      number: 1.5,
      list: [null, true, {}],
      nothing: null,
    };
    const { version } = await swapOrFail(records, fresh('a'), undefined, value);
    deepEqual(await records.read(fresh('a')), { value, version });
    const second = await swapOrFail(records, fresh('a'), version, 'short');
    deepEqual(await records.read(fresh('a')), { value: 'short', version: second.version });
  }),

  promise(
    'knows, where it can say so at all, whether a document is still of a version',
    async ({ records, fresh, another }) => {
      if (!records.isStill) return;
      const { version: first } = await swapOrFail(records, fresh('a'), undefined, 1);
      equal(await records.isStill(fresh('a'), first), true);
      const { version: second } = await swapOrFail((await another()).records, fresh('a'), first, 2);
      equal(await records.isStill(fresh('a'), first), false);
      equal(await records.isStill(fresh('a'), second), true);
      equal(await records.remove(fresh('a'), second), 'removed');
      equal(await records.isStill(fresh('a'), second), false);
      equal(await records.isStill(fresh('never'), second), false);
    },
  ),

  promise('answers nothing for a document that was never written', async ({ records, fresh }) => {
    equal(await records.read(fresh('a')), undefined);
  }),

  promise('keeps no tie to the value that it was given or gave', async ({ records, fresh }) => {
    const list = [1];
    await records.swap(fresh('a'), undefined, { list });
    list.push(2);
    const read = (await records.read(fresh('a')))?.value as { list: number[] } | undefined;
    read?.list.push(3);
    deepEqual((await records.read(fresh('a')))?.value, { list: [1] });
  }),

  promise('lets exactly one of 20 racers create a document', async ({ records, fresh, another }) => {
    const stores = [records, (await another()).records];
    const results = await race(20, (racer) => at(stores, racer).swap(fresh('a'), undefined, { racer }));
    equal(winners(results).length, 1);
    deepEqual((await records.read(fresh('a')))?.value, { racer: winners(results)[0] });
  }),

  promise(
    'lets exactly one of 20 racers replace a document, round after round',
    async ({ records, fresh, another }) => {
      const stores = [records, (await another()).records];
      let { version } = await swapOrFail(records, fresh('a'), undefined, 'start');
      for (let round = 0; round < 10; round += 1) {
        const expected = version;
        const results = await race(20, (racer) =>
          at(stores, racer).swap(fresh('a'), expected, { round, racer }),
        );
        const [winner] = winners(results);
        deepEqual(winners(results), [winner]);
        const read = await records.read(fresh('a'));
        deepEqual(read?.value, { round, racer: winner });
        version = read.version;
      }
    },
  ),

  promise(
    'lets exactly one win of removals and replacements that race, round after round',
    async ({ records, fresh, another }) => {
      const stores = [records, (await another()).records];
      for (let round = 0; round < 10; round += 1) {
        const { version } = await swapOrFail(records, fresh(`r${round}`), undefined, 'start');
        const results = await race(8, async (racer) => {
          const store = at(stores, racer >> 1);
          return racer % 2 === 0
            ? await store.remove(fresh(`r${round}`), version)
            : await store.swap(fresh(`r${round}`), version, { racer });
        });
        const won = results.flatMap((result, racer) => (result === 'conflict' ? [] : [racer]));
        equal(won.length, 1);
        const racer = won[0] ?? -1;
        const left = (await records.read(fresh(`r${round}`)))?.value;
        deepEqual(left, racer % 2 === 0 ? undefined : { racer });
      }
    },
  ),

  promise(
    'loses no update of writers that read, change and swap at once',
    async ({ records, fresh, another }) => {
      const stores = [records, (await another()).records, (await another()).records];
      await records.swap(fresh('a'), undefined, 0);
      await race(12, async (writer) => {
        const store = at(stores, writer);
        for (let done = 0; done < 5; ) {
          const read = await store.read(fresh('a'));
          const result = await store.swap(fresh('a'), read?.version, Number(read?.value) + 1);
          if (result !== 'conflict') done += 1;
        }
      });
      equal((await records.read(fresh('a')))?.value, 60);
    },
  ),

  promise('changes nothing on a conflict', async ({ records, fresh }) => {
    const first = await swapOrFail(records, fresh('a'), undefined, 1);
    const second = await swapOrFail(records, fresh('a'), first.version, 2);
    equal(await records.swap(fresh('a'), first.version, 3), 'conflict');
    equal(await records.swap(fresh('a'), undefined, 3), 'conflict');
    equal(await records.swap(fresh('b'), first.version, 3), 'conflict');
    equal(await records.remove(fresh('a'), first.version), 'conflict');
    equal(await records.remove(fresh('b'), first.version), 'conflict');
    deepEqual(await records.read(fresh('a')), { value: 2, version: second.version });
    equal(await records.read(fresh('b')), undefined);
  }),

  promise('never repeats a version of a key, not even after a removal', async ({ records, fresh }) => {
    const seen = new Set<string>();
    for (let life = 0; life < 4; life += 1) {
      let version: string | undefined;
      for (let change = 0; change < 5; change += 1) {
        ({ version } = await swapOrFail(records, fresh('a'), version, change));
        seen.add(version);
      }
      equal(await records.remove(fresh('a'), String(version)), 'removed');
      equal(await records.swap(fresh('a'), version, 'late'), 'conflict');
    }
    equal(seen.size, 20);
  }),

  promise('forgets a removed document for every gateway at once', async ({ records, fresh, another }) => {
    const other = (await another()).records;
    const { version } = await swapOrFail(records, fresh('a'), undefined, 1);
    equal(await other.remove(fresh('a'), version), 'removed');
    equal(await records.read(fresh('a')), undefined);
    deepEqual(await collect(records.list(fresh(''))), []);
    await swapOrFail(records, fresh('a'), undefined, 2);
    equal((await other.read(fresh('a')))?.value, 2);
    deepEqual(await collect(other.list(fresh(''))), [fresh('a')]);
  }),

  promise(
    'shows a reader only whole documents, each newer than the one before',
    async ({ records, fresh, another }) => {
      const reader = (await another()).records;
      let { version } = await swapOrFail(records, fresh('a'), undefined, { count: 0, fill: '' });
      const written = new AbortController();
      const seenBy = async (store: RecordStore) =>
        (await store.read(fresh('a')))?.value as { count: number; fill: string } | undefined;
      const reading = (async () => {
        for (let newest = 0; !written.signal.aborted; ) {
          const seen = await seenBy(reader);
          const count = seen?.count ?? -1;
          ok(count >= newest);
          newest = count;
          equal(seen?.fill.length, newest * 500);
          await nextTurn();
        }
      })();
      for (let count = 1; count <= 60; count += 1) {
        const value = { count, fill: 'x'.repeat(count * 500) };
        ({ version } = await swapOrFail(records, fresh('a'), version, value));
        equal((await seenBy(records))?.count, count);
      }
      written.abort();
      await reading;
    },
  ),

  promise('keeps documents up to 256 KiB and refuses larger ones', async ({ records, fresh }) => {
    const largest = 'x'.repeat(256 * 1024 - 2);
    const { version } = await swapOrFail(records, fresh('a'), undefined, largest);
    equal((await records.read(fresh('a')))?.value, largest);
    await rejects(records.swap(fresh('a'), version, `${largest}x`), RangeError);
    equal((await records.read(fresh('a')))?.version, version);
  }),

  promise('takes keys with every legal character, up to 512 of them', async ({ records, fresh }) => {
    const keys = [
      ...LEGAL_CHARACTERS.split('').map((character) => fresh(`x${character}x`)),
      fresh('').padEnd(512, 'k'),
      fresh('deep/deeper/deepest/and.more'),
      fresh('deep/deeper'),
    ];
    for (const key of keys) await swapOrFail(records, key, undefined, key);
    for (const key of keys) equal((await records.read(key))?.value, key);
    deepEqual(await collect(records.list(fresh(''))), keys.toSorted());
  }),

  promise('refuses what is no key before it touches the backend', async ({ records }) => {
    for (const key of ['', '/a', 'a//b', '../a', 'a/../b', 'a/.b', 'a b', 'k'.repeat(513)]) {
      await rejects(records.read(key), RangeError);
      await rejects(records.swap(key, undefined, 1), RangeError);
      await rejects(records.remove(key, '1'), RangeError);
    }
  }),

  promise('lists more than 5,000 keys in order, from any key on, each once', async ({ records, fresh }) => {
    const keys = Array.from({ length: LISTED_KEYS }, (_, index) => {
      const number = String((index * 7919) % LISTED_KEYS).padStart(4, '0');
      return fresh(`l${number.slice(0, 2)}${'-./_'[index % 4]}${number.slice(2)}`);
    });
    await forEachOf([...keys, fresh('k'), fresh('m')], 32, (key) => records.swap(key, undefined, 1));
    const sorted = keys.toSorted();
    deepEqual(await collect(records.list(fresh('l'))), sorted);
    deepEqual(await collect(records.list(fresh('l'), { after: String(sorted[2_500]) })), sorted.slice(2_501));
    deepEqual(await collect(records.list(fresh('l'), { after: fresh('m') })), []);
  }),
];

async function swapOrFail(
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
