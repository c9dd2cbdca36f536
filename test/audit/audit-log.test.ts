import { expect, it } from '@jest/globals';
import { createAuditLog } from '../../src/audit/audit-log.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';

const clock = { nowMs: () => 1_000 };
const event = { actor: 'token:a', action: 'keys.create', target: 'k', result: 'done' } as const;

function aLog() {
  const { records } = createMemoryStore();
  return { records, log: createAuditLog({ records, clock }) };
}

it('an entry carries the digest of the one before', async () => {
  const { log } = aLog();
  const first = await log.append(event);
  const second = await log.append({ ...event, reason: 'asked for' });
  expect(second).toMatchObject({ sequence: 2, previous: first.hash, reason: 'asked for' });
  expect(await log.list()).toEqual([second, first]);
  expect(await log.verify()).toEqual({ intact: true, entries: 2 });
});

it('twenty writers at once leave a chain without gaps', async () => {
  const { records, log } = aLog();
  const other = createAuditLog({ records, clock });
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? log : other).append({ ...event, target: `${index}` }),
    ),
  );
  expect(await log.verify()).toEqual({ intact: true, entries: 20 });
  expect(new Set((await log.list({ limit: 20 })).map(({ target }) => target)).size).toBe(20);
});

it('a page of the list goes on before the entry that is named', async () => {
  const { log } = aLog();
  for (let index = 1; index <= 5; index += 1) await log.append({ ...event, target: `${index}` });
  expect((await log.list({ before: 4, limit: 2 })).map(({ target }) => target)).toEqual(['3', '2']);
});

it('an altered entry breaks the chain at its place', async () => {
  const { records, log } = aLog();
  for (let index = 0; index < 3; index += 1) await log.append(event);
  const key = 'audit/000000000002';
  const stored = await records.read(key);
  await records.swap(key, stored?.version, { ...(stored?.value as object), target: 'K' });
  expect(await log.verify()).toEqual({ intact: false, sequence: 2, why: 'altered' });
});

it('a removed entry breaks the chain at its place', async () => {
  const { records, log } = aLog();
  for (let index = 0; index < 3; index += 1) await log.append(event);
  const stored = await records.read('audit/000000000002');
  await records.remove('audit/000000000002', stored?.version ?? '');
  expect(await log.verify()).toEqual({ intact: false, sequence: 2, why: 'missing' });
});
