import { describe, expect, it } from '@jest/globals';
import { recordKey } from '../../../src/core/storage-keys.ts';
import { subjectKey } from '../../../src/core/subject-key.ts';
import { emptyRecord } from '../../../src/core/subject-records.ts';
import { advance } from '../../../src/migration/operate/take-step.ts';
import { readBacklog } from '../../../src/migration/replicas/backlog.ts';
import { shadowKey } from '../../../src/migration/shadow/shadow-key.ts';
import { beginStage } from '../../../src/migration/stages/stage-store.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { createModelBackend } from '../model/model-backend.ts';
import { createModelGateway } from '../model/model-gateway.ts';
import { NAME, SUBJECTS } from '../model/model-parts.ts';
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

function setUp() {
  const store = createMemoryStore();
  const backend = createModelBackend();
  const process = createMortalProcess({ ...store, hop: async () => {} });
  const gateway = createModelGateway({ process, backend, nowMs: () => 1_000_000 });
  const [ada] = SUBJECTS;
  if (!ada) throw new Error('the model has people');
  return { ...store, ...gateway, modelBackend: backend, ada };
}

it('what shadow stored stays while somebody is in shadow, and is removed once nobody is', async () => {
  const { records, operated, ada } = setUp();
  await beginStage(records, NAME, 'shadow');
  const key = recordKey(shadowKey(NAME.dialect, subjectKey(ada.tenant, ada.id)));
  await records.swap(key, undefined, emptyRecord(ada));
  const step = { timeoutMs: 1_000, override: 'nothing was compared' };
  await advance(operated, { ...step, ramp: { kind: 'percent', percent: 50 } });
  expect(await records.read(key)).toBeDefined();
  await advance(operated, step);
  expect(await records.read(key)).toBeUndefined();
});

it('the backlog says what the backend answered to a picture that it does not take', async () => {
  const { records, replica, modelBackend, put, reconciler, ada } = setUp();
  await beginStage(records, NAME, 'switched');
  modelBackend.trouble('refuses');
  await put(ada, 0, 7);
  await reconciler.round();
  const { failing } = await readBacklog(replica);
  expect(failing).toEqual([{ subjectId: ada.id, reason: 'upstream-unavailable: corrupt-image' }]);
});
