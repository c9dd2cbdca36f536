import { describe, expect, it } from '@jest/globals';
import { createJournal } from '../../src/migration/journal/journal.ts';
import type { Intent } from '../../src/migration/journal/journal-entry.ts';
import {
  recheckGivenUp,
  recheckLeft,
  scheduleRecheck,
} from '../../src/migration/replicas/schedule-recheck.ts';
import { isDrained } from '../../src/migration/replicas/unfinished-writes.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';

const SUBJECT = { key: 'a'.repeat(32), id: 'ada', aliases: {} };
const SETTLE_MS = 5_000;

function removal(startedAtMs: number, generation: number, slots: readonly number[]): Intent {
  return { kind: 'delete', id: 'one', generation, startedAtMs, slots };
}

async function setUp() {
  const { records } = createMemoryStore();
  let nowMs = 100_000;
  const clock = { nowMs: () => nowMs };
  const journal = createJournal({
    records,
    clock,
    name: { tenant: 'acme', dialect: 'legacy' },
    owner: 'one',
    leaseMs: 1_000,
    warn: () => {},
  });
  const parts = { clock, settleMs: SETTLE_MS, records, replica: 'legacy', journal };
  return {
    parts,
    held: await journal.lease(SUBJECT, 0),
    wait(ms: number) {
      nowMs += ms;
    },
  };
}

describe('the recheck after a write that was given up', () => {
  it('a fence that was set after the write began waits for the recheck, however late the write was given up', async () => {
    const { parts, held, wait } = await setUp();
    const intent = removal(parts.clock.nowMs(), 7, [0]);
    const fenceMs = parts.clock.nowMs() + 1_000;
    wait(60_000);
    await held.write((entry) => ({ ...entry, recheck: recheckGivenUp(parts, entry, intent) }));
    expect(await isDrained(parts, { beganBeforeMs: fenceMs })).toBe(false);
  });

  it('a fence waits for the recheck of a write that began before it and got no answer after it', async () => {
    const { parts, held, wait } = await setUp();
    const unsure = { slots: [0], generation: 7, startedAtMs: parts.clock.nowMs() };
    const fenceMs = parts.clock.nowMs() + 1_000;
    wait(29_000);
    await held.write((entry) => ({ ...entry, recheck: scheduleRecheck(parts, entry, unsure) }));
    expect(await isDrained(parts, { beganBeforeMs: fenceMs })).toBe(false);
  });

  it('a fence does not wait for somebody whose writes get no answer all the time', async () => {
    const { parts, held, wait } = await setUp();
    const fail = () =>
      held.write((entry) => ({
        ...entry,
        recheck: scheduleRecheck(parts, entry, {
          slots: [0],
          generation: 7,
          startedAtMs: parts.clock.nowMs(),
        }),
      }));
    await fail();
    const fenceMs = parts.clock.nowMs();
    for (let second = 0; second < 3 * (SETTLE_MS / 1_000); second += 1) {
      wait(1_000);
      const { recheck } = held.entry;
      const nowMs = parts.clock.nowMs();
      if (recheck && recheck.atMs <= nowMs)
        await held.write(({ recheck: _made, ...entry }) => {
          const left = recheckLeft(recheck, nowMs);
          return left ? { ...entry, recheck: left } : entry;
        });
      await fail();
    }
    expect(held.entry.recheck).toBeDefined();
    expect(await isDrained(parts, { beganBeforeMs: fenceMs })).toBe(true);
  });

  it('the recheck keeps, for each slot, the newest write that was given up', async () => {
    const { parts, held } = await setUp();
    const unsure = { slots: [0, 1], generation: 5, startedAtMs: 1_009 };
    await held.write((entry) => ({ ...entry, recheck: scheduleRecheck(parts, entry, unsure) }));
    for (const [generation, slots] of [
      [6, [0]],
      [9, [1]],
      [8, [1]],
    ] as const)
      await held.write((entry) => ({
        ...entry,
        recheck: recheckGivenUp(parts, entry, removal(1_000 + generation, generation, slots)),
      }));
    expect(held.entry.recheck).toMatchObject({
      after: 5,
      slots: [0, 1],
      givenUp: { 0: 6, 1: 9 },
      sinceMs: 1_009,
      later: { sinceMs: 1_006 },
    });
  });
});
