import { expect, it } from '@jest/globals';
import { createKeptRequests } from '../../src/admin/kept-requests.ts';
import type { RecentRequest } from '../../src/admin/recent-requests.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';

const request = (requestId: string, endedAtMs: number): RecentRequest => ({
  requestId,
  traceId: 't',
  endedAtMs,
  method: 'GET',
  status: 200,
  receivedBytes: 0,
  durationMs: 1,
});

function aRun(runId: string, records = createMemoryStore().records, nowMs = () => 1_000) {
  return createKeptRequests({
    records,
    clock: { nowMs },
    runId,
    capacity: 200,
    hours: 1,
    warn: (message, cause) => {
      throw new Error(message, { cause });
    },
  });
}

it('requests of a run that ended are read by the next one, newest first', async () => {
  const { records } = createMemoryStore();
  const first = aRun('first', records);
  await first.start();
  first.add(request('a', 1));
  first.add(request('b', 2));
  await first.stop();
  const second = aRun('second', records);
  expect((await second.list({})).map(({ requestId }) => requestId)).toEqual(['b', 'a']);
});

it('a run keeps no more than its capacity, and the newest of it', async () => {
  const { records } = createMemoryStore();
  const first = aRun('first', records);
  for (let at = 0; at < 1_050; at += 1) first.add(request(`r${at}`, at));
  await first.stop();
  const kept = await aRun('second', records).list({});
  expect(kept.length).toBeLessThanOrEqual(200);
  expect(kept[0]?.requestId).toBe('r1049');
});

it('requests that are older than the settings keep them are removed at the next start', async () => {
  const { records } = createMemoryStore();
  const first = aRun('first', records);
  first.add(request('a', 1));
  await first.stop();
  const later = aRun('later', records, () => 1_000 + 3_600_001);
  await later.start();
  await later.stop();
  expect(await aRun('second', records).list({})).toEqual([]);
});
