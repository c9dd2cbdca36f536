import { describe, expect, it } from '@jest/globals';
import { abandonBackend, describeAbandoned } from '../../../src/migration/operate/abandon-backend.ts';
import { EVERYBODY } from '../../../src/migration/stages/rollout.ts';
import { beginStage, swapStage } from '../../../src/migration/stages/stage-store.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { createModelBackend } from '../model/model-backend.ts';
import { createModelGateway } from '../model/model-gateway.ts';
import { NAME, SUBJECTS } from '../model/model-parts.ts';
import { createMortalProcess } from '../model/mortal-process.ts';

describe('giving a dead backend up', () => {
  it('giving a dead backend up names who wrote before it began, who wrote until the gateways had left, and who was never copied', async () => {
    const store = createMemoryStore();
    const backend = createModelBackend();
    let nowMs = 1_000_000;
    const start = () =>
      createModelGateway({
        process: createMortalProcess({ ...store, hop: async () => {} }),
        backend,
        nowMs: () => nowMs,
      });
    const found = await beginStage(store.records, NAME, 'pass-through');
    const switched = { stage: 'switched', ramp: EVERYBODY } as const;
    await swapStage(store.records, NAME, found.version, { ...found.record, rollout: switched });
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
});
