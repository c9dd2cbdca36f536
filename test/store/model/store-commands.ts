import { expect } from '@jest/globals';
import * as fc from 'fast-check';
import { acknowledge, type Cell, cellOf, observe, type StoreModel } from './store-model.ts';
import type { MortalStore, StoreOperations } from './store-port.ts';

type StoreCommand = fc.AsyncCommand<StoreModel, MortalStore>;

/** Few, so that commands meet. */
const bodyKey = fc.constantFrom(
  'bodies/aa/1/original.0',
  'bodies/aa/1/small.1',
  'bodies/ab/2/original.2',
  'bodies/ac/3/original.3',
);
const recordKey = fc.constantFrom('subjects/aa', 'subjects/ab');
const value = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), minLength: 4, maxLength: 6 });

/** A command of which `print` is the name that fast-check shows when it has shrunk a failure. */
function command(print: string, run: (model: StoreModel, store: MortalStore) => Promise<void>): StoreCommand {
  return { check: () => true, run, toString: () => print };
}

const putBody = fc.tuple(bodyKey, value).map(([key, text]) =>
  command(`put ${key} ${text}`, async (model, { operations }) => {
    const cell = cellOf(model.bodies, key);
    const result = await operations.putBody(key, text);
    if (result === 'created') {
      expect(mayBeAbsent(cell)).toBe(true);
      acknowledge(model, cell, text);
    } else {
      observe(model, cell, await operations.getBody(key));
    }
  }),
);

const getBody = bodyKey.map((key) =>
  command(`get ${key}`, async (model, { operations }) => {
    observe(model, cellOf(model.bodies, key), await operations.getBody(key));
  }),
);

const deleteBody = bodyKey.map((key) =>
  command(`delete ${key}`, async (model, { operations }) => {
    await operations.deleteBody(key);
    acknowledge(model, cellOf(model.bodies, key), undefined);
  }),
);

const swapRecord = fc.tuple(recordKey, value).map(([key, text]) =>
  command(`swap ${key} ${text}`, async (model, { operations }) => {
    const cell = cellOf(model.records, key);
    const found = await operations.readRecord(key);
    observe(model, cell, textOf(found?.value));
    const result = await operations.swapRecord(key, found?.version, text);
    if (result === 'conflict') {
      // Only a write that was cut off can have come in between.
      expect(cell.open).not.toEqual([]);
      return;
    }
    expect(cell.versions).not.toContain(result.version);
    if (found) cell.versions.push(found.version);
    cell.open = [];
    acknowledge(model, cell, text);
  }),
);

const swapStale = fc.tuple(recordKey, value, fc.nat()).map(([key, text, pick]) =>
  command(`swap ${key} ${text} against an old version`, async (model, { operations }) => {
    const { versions } = cellOf(model.records, key);
    const old = versions[pick % Math.max(versions.length, 1)];
    if (old !== undefined) expect(await operations.swapRecord(key, old, text)).toBe('conflict');
  }),
);

const removeRecord = recordKey.map((key) =>
  command(`remove ${key}`, async (model, { operations }) => {
    const cell = cellOf(model.records, key);
    const found = await operations.readRecord(key);
    observe(model, cell, textOf(found?.value));
    if (!found || (await operations.removeRecord(key, found.version)) === 'conflict') return;
    cell.versions.push(found.version);
    cell.open = [];
    acknowledge(model, cell, undefined);
  }),
);

const race = fc.tuple(recordKey, fc.integer({ min: 2, max: 6 })).map(([key, racers]) =>
  command(`race ${racers} swaps of ${key}`, async (model, { operations }) => {
    const cell = cellOf(model.records, key);
    const found = await operations.readRecord(key);
    observe(model, cell, textOf(found?.value));
    const texts = Array.from({ length: racers }, (_, racer) => `racer${racer}`);
    const results = await Promise.all(texts.map((text) => operations.swapRecord(key, found?.version, text)));
    const winners = texts.filter((_, racer) => results[racer] !== 'conflict');
    if (cell.open.length === 0) expect(winners).toHaveLength(1);
    expect(winners.length).toBeLessThanOrEqual(1);
    if (winners.length === 0) return;
    if (found) cell.versions.push(found.version);
    cell.open = [];
    acknowledge(model, cell, winners[0]);
  }),
);

const list = fc.constant(
  command('list', async (model, { operations }) => {
    expectListed(model.bodies, await operations.listBodies());
    expectListed(model.records, await operations.listRecords());
  }),
);

/** `turns` of this process's event loop: how far the write may get before its process dies. */
const crash = fc
  .record({
    write: fc.constantFrom('put' as const, 'delete' as const, 'swap' as const, 'remove' as const),
    body: bodyKey,
    record: recordKey,
    text: value,
    turns: fc.nat({ max: 1_000 }),
  })
  .map(({ write, body, record, text, turns }) => {
    const toBody = write === 'put' || write === 'delete';
    return command(
      `crash ${turns} turns into ${write} ${toBody ? body : record} ${text}`,
      async (model, store) => {
        const { operations } = store;
        const cell = toBody ? cellOf(model.bodies, body) : cellOf(model.records, record);
        const found = toBody ? undefined : await operations.readRecord(record);
        if (!toBody) observe(model, cell, textOf(found?.value));
        if (write === 'remove' && !found) return;
        const begin = {
          put: () => operations.putBody(body, text),
          delete: () => operations.deleteBody(body),
          swap: () => operations.swapRecord(record, found?.version, text),
          remove: () => operations.removeRecord(record, String(found?.version)),
        };
        const answer = begin[write]().then(
          (result) => ({ result }),
          () => undefined,
        );
        for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
        await store.crash();
        const outcome = write === 'put' || write === 'swap' ? text : null;
        const answered = await answer;
        if (!answered) {
          const exists = write === 'put' && cell.value !== undefined && cell.open.length === 0;
          if (!exists) cell.open.push(outcome);
        } else if (answered.result !== 'exists' && answered.result !== 'conflict') {
          if (found) cell.versions.push(found.version);
          acknowledge(model, cell, outcome ?? undefined);
        }
        const seen = toBody ? await operations.getBody(body) : await textAt(operations, record);
        observe(model, cell, seen);
      },
    );
  });

/** Every command of the model, as often as it pays. */
export const storeCommands = [
  putBody,
  getBody,
  deleteBody,
  swapRecord,
  swapStale,
  removeRecord,
  race,
  list,
  crash,
  crash,
  crash,
];

function mayBeAbsent(cell: Cell): boolean {
  return cell.value === undefined || cell.open.includes(null);
}

function expectListed(cells: Map<string, Cell>, listed: readonly string[]): void {
  expect(listed).toEqual(listed.toSorted());
  for (const [key, cell] of cells) {
    if (cell.open.length === 0) expect(listed.includes(key)).toBe(cell.value !== undefined);
  }
  for (const key of listed) expect([...cells.keys()]).toContain(key);
}

async function textAt(operations: StoreOperations, key: string): Promise<string | undefined> {
  return textOf((await operations.readRecord(key))?.value);
}

function textOf(found: unknown): string | undefined {
  return typeof found === 'string' ? found : undefined;
}
