import { expect, it } from '@jest/globals';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { createUsageRecorder } from '../../src/usage/record-usage.ts';
import { readUsage } from '../../src/usage/usage-store.ts';

const HOUR_MS = 3_600_000;

function aStore() {
  const { records } = createMemoryStore();
  const clock = { now: 1_000_000, nowMs: () => clock.now };
  const aRun = (runId: string) =>
    createUsageRecorder({
      records,
      clock,
      runId,
      deprecated: (_dialect, operation) => operation === 'old',
      onSaveFailure(cause) {
        throw cause;
      },
    });
  return { records, clock, aRun };
}

function aCall(operationId: string, rest: object = {}) {
  const report = {
    requestId: '0'.repeat(32),
    traceId: '0'.repeat(32),
    method: 'PUT',
    path: '/x',
    dialect: 'first',
    operationId,
    tenant: 'demo',
    credentialId: 'till',
    status: 200,
    receivedBytes: 1,
    durationMs: 1,
    userAgent: 'okhttp/4.9',
    facts: {},
    ...rest,
  };
  return [report, {}] as const;
}

it('the calls of several gateways and runs add up by caller', async () => {
  const { records, clock, aRun } = aStore();
  const [first, second] = [aRun('a'), aRun('b')];
  first.observe(...aCall('old', { fields: ['part:FILE'] }));
  first.observe(...aCall('old', { problem: 'conflict', status: 409 }));
  await first.save();
  clock.now += 5_000;
  second.observe(...aCall('old', { fields: ['part:FILE', 'query:source'] }));
  await second.stop();
  expect(await readUsage(records)).toEqual([
    {
      dialect: 'first',
      operation: 'old',
      deprecated: true,
      tenant: 'demo',
      credential: 'till',
      client: 'okhttp',
      calls: 3,
      refused: 1,
      firstCallAtMs: 1_000_000,
      lastCallAtMs: 1_005_000,
      fields: { 'part:FILE': 2, 'query:source': 1 },
    },
  ]);
});

it('the counts of ended runs are folded into one document, and count once', async () => {
  const { records, clock, aRun } = aStore();
  for (const run of ['a', 'b']) {
    const recorder = aRun(run);
    recorder.observe(...aCall('old'));
    await recorder.stop();
  }
  clock.now += 2 * HOUR_MS;
  const third = aRun('c');
  await third.start();
  third.observe(...aCall('old'));
  await third.stop();
  expect((await readUsage(records)).map(({ calls }) => calls)).toEqual([3]);
  const keys = [];
  for await (const key of records.list('usage/')) keys.push(key);
  expect(keys).toEqual(['usage/c/first', 'usage/total/first']);
});

it('a crash after the sum was written counts no run twice', async () => {
  const { records, clock, aRun } = aStore();
  const recorder = aRun('a');
  recorder.observe(...aCall('old'));
  await recorder.stop();
  const document = await records.read('usage/a/first');
  clock.now += 2 * HOUR_MS;
  const next = aRun('b');
  await next.start();
  await next.stop();
  // As if the process had died before it removed what it had taken in.
  await records.swap('usage/a/first', undefined, document?.value ?? null);
  expect((await readUsage(records)).map(({ calls }) => calls)).toEqual([1]);
});

it('made-up user agents take no more than a bounded number of rows', async () => {
  const { records, aRun } = aStore();
  const recorder = aRun('a');
  for (let index = 0; index < 1_000; index += 1)
    recorder.observe(...aCall(`op${index % 5}`, { userAgent: `agent${index}/1` }));
  await recorder.stop();
  const rows = await readUsage(records);
  expect(rows.length).toBeLessThanOrEqual(260);
  expect(rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(1_000);
});

it('a save whose answer was lost counts nothing twice', async () => {
  const { records, clock } = aStore();
  let fails = true;
  const recorder = createUsageRecorder({
    records: {
      ...records,
      async swap(...given) {
        const swapped = await records.swap(...given);
        if (fails) throw new Error('the answer is lost');
        return swapped;
      },
    },
    clock,
    runId: 'a',
    deprecated: () => false,
    onSaveFailure() {},
  });
  recorder.observe(...aCall('old'));
  await recorder.save();
  fails = false;
  recorder.observe(...aCall('old'));
  await recorder.stop();
  expect((await readUsage(records)).map(({ calls }) => calls)).toEqual([2]);
});

it('a gateway that was silent for hours goes on counting as a run of its own', async () => {
  const { records, clock, aRun } = aStore();
  const silent = aRun('a');
  silent.observe(...aCall('old'));
  await silent.save();
  clock.now += 2 * HOUR_MS;
  const other = aRun('b');
  await other.start();
  await other.stop();
  silent.observe(...aCall('old'));
  await silent.stop();
  expect((await readUsage(records)).map(({ calls }) => calls)).toEqual([2]);
});

it('the tokens of an issuer count as one caller, whoever bears them', async () => {
  const { records, aRun } = aStore();
  const recorder = aRun('a');
  for (const person of ['0a1b', '2c3d']) recorder.observe(...aCall('old', { credentialId: `sso~${person}` }));
  await recorder.stop();
  expect((await readUsage(records)).map(({ credential, calls }) => [credential, calls])).toEqual([
    ['sso', 2],
  ]);
});
