import { describe, expect, it } from '@jest/globals';
import { advance } from '../../../src/migration/operate/take-step.ts';
import { beginStage } from '../../../src/migration/stages/stage-store.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { createModelBackend } from '../model/model-backend.ts';
import { createModelGateway } from '../model/model-gateway.ts';
import { NAME } from '../model/model-parts.ts';
import { createMortalProcess } from '../model/mortal-process.ts';

describe('a step that another operator takes first', () => {
  const now = { timeoutMs: 0, override: 'nothing was compared' };

  it('a step whose gate examined an older record is refused, and leaves the other operator’s step alone', async () => {
    const store = createMemoryStore();
    const backend = createModelBackend();
    const operatorWith = (hop: () => Promise<void>) =>
      createModelGateway({
        process: createMortalProcess({ ...store, hop }),
        backend,
        nowMs: () => 1_000_000,
      }).operated;
    await beginStage(store.records, NAME, 'pass-through');
    const faster = operatorWith(async () => {});
    let operations = 0;
    const slower = operatorWith(async () => {
      operations += 1;
      // The record has been read, and nothing has been decided yet.
      if (operations === 2) await advance(faster, now);
    });

    const { outcome, missing, record } = await advance(slower, now);
    expect({ outcome, missing, stage: record.rollout.stage }).toEqual({
      outcome: 'refused',
      missing: 'another step was taken while the gate was examined',
      stage: 'shadow',
    });
    expect(record.history).toHaveLength(1);
  });
});
