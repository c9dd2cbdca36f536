import { EVERYBODY } from '../../../src/migration/stages/rollout.ts';
import type { StageRecord } from '../../../src/migration/stages/stage-record.ts';
import { beginStage, readStage, swapStage } from '../../../src/migration/stages/stage-store.ts';
import type { MigrationStage } from '../../../src/settings/migration-settings.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { createModelBackend, uploadOf } from './model-backend.ts';
import { createModelGateway, type ModelGateway } from './model-gateway.ts';
import { NAME, subjectAt } from './model-parts.ts';
import { createMortalProcess } from './mortal-process.ts';

type Place = Omit<StageRecord, 'schema' | 'revision' | 'history'>;

/** Longer than the pause after a push that failed, in milliseconds. */
const LATER_MS = 2_000;

/** One gateway and one person, in a stage that the test chooses, without the way there. */
export async function createPlacedGateway(stage: MigrationStage) {
  const store = createMemoryStore();
  const backend = createModelBackend();
  let nowMs = 1_000_000;
  const start = (hop: () => Promise<void>): ModelGateway =>
    createModelGateway({ process: createMortalProcess({ ...store, hop }), backend, nowMs: () => nowMs });
  await beginStage(store.records, NAME, stage);
  const gateway = start(async () => {});
  await gateway.watch.refresh();
  return {
    ...store,
    backend,
    gateway,
    person: subjectAt(0),
    nowMs: () => nowMs,
    /** Starts another gateway. `hop` is awaited before each of its operations. */
    async start(hop: () => Promise<void>): Promise<ModelGateway> {
      const other = start(hop);
      await other.watch.refresh();
      return other;
    },
    /** Puts the stage into the record as it is. */
    async stand(place: Place): Promise<void> {
      const found = await readStage(store.records, NAME);
      if (!found) throw new Error('the stage was begun');
      const { rollout: _left, change: _over, resyncSinceMs: _noted, ...rest } = found.record;
      const record = { ...rest, revision: found.record.revision + 1, ...place };
      await swapStage(store.records, NAME, found.version, record);
      await gateway.watch.refresh();
    },
    /** Time passes, and the reconciler works. */
    async settle(rounds = 3): Promise<void> {
      for (let round = 0; round < rounds; round += 1) {
        nowMs += LATER_MS;
        await gateway.watch.refresh();
        await gateway.reconciler.round();
      }
    },
    async wait(ms: number): Promise<void> {
      nowMs += ms;
      await gateway.watch.refresh();
    },
  };
}

/** The place of everybody in a stage. */
export function everybodyIn(stage: MigrationStage): Place {
  return { rollout: { stage, ramp: EVERYBODY } };
}

/** See `createPlacedGateway`. */
export type Placed = Awaited<ReturnType<typeof createPlacedGateway>>;

/** A put that the backend carries out only now, long after the gateway gave up waiting for its answer. */
export async function arrives(
  { backend, person }: Placed,
  values: Readonly<Record<number, number>>,
): Promise<void> {
  const images = Object.entries(values).map(([slot, value]) => ({
    slot: Number(slot),
    upload: uploadOf(value),
  }));
  const subject = { kind: 'key', key: person.key } as const;
  await backend.as((act) => act()).carryOut({ kind: 'put-images', subject, images }, person);
}
