import { describe, expect, it } from '@jest/globals';
import { createJournal } from '../../../src/migration/journal/journal.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';

const NAME = { tenant: 'acme', dialect: 'legacy' };
const LEASE_MS = 20_000;
const ADA = { key: 'a'.repeat(32), id: 'ada', aliases: {} };

function house() {
  const { records } = createMemoryStore();
  const clock = { now: 1_000_000, nowMs: () => clock.now };
  const journal = (owner: string) =>
    createJournal({ records, clock, name: NAME, owner, leaseMs: LEASE_MS, leaseWaitMs: 0, warn: () => {} });
  return { clock, journal };
}

describe('the lease of a subject', () => {
  it('the lease of a subject is given to one process at a time', async () => {
    const { journal } = house();
    const held = await journal('one').lease(ADA, 0);
    await expect(journal('other').lease(ADA, 0)).rejects.toMatchObject({ problem: { kind: 'conflict' } });
    await held.release();
    await (await journal('other').lease(ADA, 0)).release();
  });

  it('the lease of a subject is given to one piece of work at a time within a process', async () => {
    const { journal } = house();
    const one = journal('one');
    const order: string[] = [];
    const first = await one.lease(ADA, 0);
    const next = async () => {
      const held = await one.lease(ADA, 0);
      order.push('second');
      await held.release();
    };
    const second = next();
    order.push('first');
    await first.release();
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('the lease of a subject runs out when its holder dies, and the dead one cannot write any more', async () => {
    const { journal, clock } = house();
    const held = await journal('dead').lease(ADA, 0);
    clock.now += LEASE_MS + 1;
    const next = await journal('next').lease(ADA, 0);
    await expect(held.write((entry) => entry)).rejects.toThrow('the lease is gone');
    await next.release();
  });

  it.each(['write', 'renew'] as const)(
    'the lease of a subject outlasts many requests of its holder, because each %s before one renews it',
    async (how) => {
      const { journal, clock } = house();
      const held = await journal('one').lease(ADA, 0);
      const next = { write: () => held.write((entry) => entry), renew: () => held.renew() };
      for (let request = 0; request < 3; request += 1) {
        clock.now += LEASE_MS - 1_000;
        await next[how]();
      }
      clock.now += LEASE_MS - 1_000;
      await expect(journal('other').lease(ADA, 0)).rejects.toMatchObject({ problem: { kind: 'conflict' } });
    },
  );

  it('the lease of a subject is not renewed once another process has it', async () => {
    const { journal, clock } = house();
    const held = await journal('slow').lease(ADA, 0);
    clock.now += LEASE_MS + 1;
    await journal('next').lease(ADA, 0);
    await expect(held.renew()).rejects.toThrow('the lease is gone');
  });

  it('the lease of a subject leaves no entry behind when nothing is left to do', async () => {
    const { journal } = house();
    const one = journal('one');
    await (await one.lease(ADA, 0)).release();
    expect(await one.read(ADA.key)).toBeUndefined();
  });

  it('the lease of a subject keeps an intent for its next holder', async () => {
    const { journal } = house();
    const held = await journal('one').lease(ADA, 3);
    const intent = { kind: 'delete', id: 'i', generation: 3, startedAtMs: 1, slots: [0] } as const;
    await held.write((entry) => ({ ...entry, intent }));
    await held.release();
    expect((await journal('other').read(ADA.key))?.intent).toEqual(intent);
  });
});

describe('touching an entry', () => {
  it('touching an entry makes a replication pending, from the generation that the backend has', async () => {
    const { journal } = house();
    const one = journal('one');
    await one.touch(ADA, () => 7);
    expect(await one.read(ADA.key)).toMatchObject({ mayBePending: true, reached: 7 });
    await one.touch(ADA, (standing) => standing?.reached ?? 8);
    expect(await one.read(ADA.key)).toMatchObject({ reached: 7 });
  });
});
