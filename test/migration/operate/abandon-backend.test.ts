import { describe, expect, it } from '@jest/globals';
import { verifyList } from '../../../src/migration/lists/verify-list.ts';
import { abandonBackend, describeAbandoned } from '../../../src/migration/operate/abandon-backend.ts';
import { advance } from '../../../src/migration/operate/take-step.ts';
import { EVERYBODY, type Rollout } from '../../../src/migration/stages/rollout.ts';
import { beginStage, swapStage } from '../../../src/migration/stages/stage-store.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { createModelBackend } from '../model/model-backend.ts';
import { createModelGateway } from '../model/model-gateway.ts';
import { NAME, SUBJECTS } from '../model/model-parts.ts';
import { createMortalProcess } from '../model/mortal-process.ts';

/** A store whose migration stands at a rollout, with the backend and a way to start gateways. */
async function standAt(rollout: Rollout, nowMs: () => number) {
  const store = createMemoryStore();
  const backend = createModelBackend();
  const found = await beginStage(store.records, NAME, 'pass-through');
  await swapStage(store.records, NAME, found.version, { ...found.record, rollout });
  const start = () =>
    createModelGateway({
      process: createMortalProcess({ ...store, hop: async () => {} }),
      backend,
      nowMs,
    });
  return { store, backend, start };
}

describe('giving a dead backend up', () => {
  it('giving a dead backend up names who wrote before it began, who wrote until the gateways had left, and who was never copied', async () => {
    let nowMs = 1_000_000;
    const { backend, start } = await standAt({ stage: 'switched', ramp: EVERYBODY }, () => nowMs);
    const gateway = start();
    await gateway.watch.refresh();
    const [before, meanwhile, never] = SUBJECTS;
    if (!before || !meanwhile || !never) throw new Error('there are three people');
    for (const subject of [before, meanwhile]) await gateway.put(subject, 0, 1);
    await gateway.reconciler.round();
    backend.trouble('down');
    await gateway.put(before, 0, 2);

    let written: Promise<void> | undefined;
    const { outcome, people } = await abandonBackend(start().operated, {
      timeoutMs: 10_000,
      override: 'it is dead',
      onWait() {
        nowMs += 10;
        // The gateway has not heard of the change when its client writes.
        written ??= gateway.put(meanwhile, 0, 3);
        void written.then(() => gateway.watch.refresh());
      },
    });
    expect(outcome).toBe('arrived');
    expect(people.map(describeAbandoned)).toEqual([
      expect.objectContaining({ id: before.id, what: ['pending replication'] }),
      expect.objectContaining({ id: meanwhile.id, what: ['pending replication'] }),
      { id: never.id, what: ['never copied'] },
    ]);
  });

  it('giving a dead backend up takes those along who were left in switched when the others had completed', async () => {
    const half: Rollout = { stage: 'complete', ramp: { kind: 'percent', percent: 50 } };
    let nowMs = 1_000_000;
    const { backend, start } = await standAt(half, () => nowMs);
    backend.trouble('down');
    const { outcome, record } = await abandonBackend(start().operated, {
      timeoutMs: 10_000,
      override: 'it is dead',
      onWait() {
        nowMs += 10;
      },
    });
    expect(outcome).toBe('arrived');
    expect(record.rollout).toEqual({ stage: 'complete', ramp: EVERYBODY });
  });

  it('giving a dead backend up carries on where it had been interrupted while only half of the people were on their way to complete', async () => {
    const { store, backend, start } = await standAt({ stage: 'switched', ramp: EVERYBODY }, () => 1_000_000);
    const half: Rollout = { stage: 'complete', ramp: { kind: 'percent', percent: 50 } };
    const { record, version } = await beginStage(store.records, NAME, 'pass-through');
    const change = { to: half, phase: 0, startedAtMs: 1, abandonsBackend: true } as const;
    await swapStage(store.records, NAME, version, { ...record, change });
    backend.trouble('down');
    const result = await abandonBackend(start().operated, { timeoutMs: 10_000, override: 'it is dead' });
    expect(result.outcome).toBe('arrived');
    expect(result.record.rollout).toEqual({ stage: 'complete', ramp: EVERYBODY });
  });

  it('giving a dead backend up is refused once nobody is asked for at the backend any more', async () => {
    const { start } = await standAt({ stage: 'complete', ramp: EVERYBODY }, () => 1_000_000);
    const result = await abandonBackend(start().operated, { timeoutMs: 0, override: 'again' });
    expect(result).toMatchObject({ outcome: 'refused', missing: expect.stringContaining('is complete') });
  });

  it('giving a dead backend up names those whose copies nothing has verified since a way back to shadow', async () => {
    const dualWrite: Rollout = { stage: 'dual-write', ramp: EVERYBODY };
    let nowMs = 1_000_000;
    const { store, backend, start } = await standAt(dualWrite, () => nowMs);
    const gateway = start();
    await gateway.watch.refresh();
    const [one, other] = SUBJECTS;
    if (!one || !other) throw new Error('there are three people');
    for (const subject of [one, other]) await gateway.put(subject, 0, 1);
    const { record, version } = await beginStage(store.records, NAME, 'pass-through');
    const shadow: Rollout = { stage: 'shadow', ramp: EVERYBODY };
    const backed = { ...record, history: [{ atMs: 1, from: dualWrite, to: shadow }] };
    await swapStage(store.records, NAME, version, backed);
    await verifyList(gateway.operated, [one.id], {
      concurrency: 1,
      restart: false,
      acceptsEmpty: false,
      signal: new AbortController().signal,
      repair: false,
    });
    backend.trouble('down');
    const { people } = await abandonBackend(start().operated, {
      timeoutMs: 10_000,
      override: 'it is dead',
      onWait() {
        nowMs += 10;
        void gateway.watch.refresh();
      },
    });
    expect(people.map(describeAbandoned)).toEqual([
      expect.objectContaining({ what: ['never copied'] }),
      { id: other.id, what: ['not verified'] },
    ]);
  });

  it('giving a dead backend up ends a step to complete that could not drain, names its people, and keeps the reason', async () => {
    let nowMs = 1_000_000;
    const { backend, start } = await standAt({ stage: 'switched', ramp: EVERYBODY }, () => nowMs);
    const gateway = start();
    await gateway.watch.refresh();
    const [one, ...others] = SUBJECTS;
    if (!one) throw new Error('there are three people');
    backend.trouble('down');
    await gateway.put(one, 0, 1).catch(() => {});
    backend.trouble(undefined);
    await gateway.put(one, 0, 1);
    backend.trouble('down');
    await gateway.put(one, 0, 2);
    const patience = {
      timeoutMs: 1_000,
      onWait() {
        nowMs += 100;
        void gateway.watch.refresh();
      },
    };
    expect(await advance(start().operated, { ...patience, override: 'in a hurry' })).toMatchObject({
      outcome: 'under way',
    });
    const { outcome, people, record } = await abandonBackend(start().operated, {
      ...patience,
      timeoutMs: 10_000,
      override: 'it is dead',
    });
    expect({ outcome, rollout: record.rollout }).toEqual({
      outcome: 'arrived',
      rollout: { stage: 'complete', ramp: EVERYBODY },
    });
    expect(people.map(describeAbandoned)).toEqual([
      expect.objectContaining({ id: one.id, what: ['pending replication'] }),
      ...others.map(({ id }) => ({ id, what: ['never copied'] })),
    ]);
    expect(record.history.map(({ override }) => override)).toEqual(['in a hurry', 'it is dead']);
  });
});
