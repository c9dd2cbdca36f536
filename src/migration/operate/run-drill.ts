import { createHash } from 'node:crypto';
import { createBackgroundWork } from '../../core/background-work.ts';
import { createCommandExecutor } from '../../core/execute-commands.ts';
import { recordKey } from '../../core/storage-keys.ts';
import { readSubjectRecord } from '../../core/subject-records.ts';
import type {
  CommandContext,
  Imaging,
  ObjectStore,
  RecordStore,
  Subject,
  SubjectRecord,
  Upload,
} from '../../domain/index.ts';
import { createJournal } from '../journal/journal.ts';
import { createMigratingExecutor } from '../migrating-executor.ts';
import { awaitDrained } from '../replicas/await-drained.ts';
import { createReconciler } from '../replicas/reconciler.ts';
import type { ReplicaParts } from '../replicas/replica-parts.ts';
import { beginChange, type ChangeParts, finishChange, placementBelow } from '../stages/change-stage.ts';
import { EVERYBODY } from '../stages/placement.ts';
import { conductOf } from '../stages/stage-record.ts';
import { beginStage, readStage } from '../stages/stage-store.ts';
import type { OperatedBackend } from './operated-backend.ts';
import { createStandInBackend } from './stand-in-backend.ts';

/** What a drill found. */
export type DrillReport = {
  readonly subjects: number;
  readonly replaced: number;
  readonly deleted: number;
  readonly switchMs: number;
  readonly rollbackMs: number;
  /** Subjects whose pictures differ after the rollback; empty is a pass. */
  readonly lost: readonly string[];
};

/**
 * Rehearses the switch and the way back on a copy of the tenant's records, in memory, in front of a stand-in of the backend: every third
 * picture is replaced and every fifth deleted while switched. The real store and the real backend are not touched.
 */
export async function runDrill(
  operated: OperatedBackend,
  subjects: readonly Subject[],
  memory: { readonly records: RecordStore; readonly objects: ObjectStore },
): Promise<DrillReport> {
  const { at, core } = operated;
  const copied = await copyRecords(operated, subjects, memory.records);
  const backend = createStandInBackend(
    at.backend.slots,
    copied.map(({ subject, record }) => [subject.key, record] as const),
  );
  const background = createBackgroundWork(core.warn);
  const own = createCommandExecutor({ ...core, ...memory, imaging: trusting, background });
  const { name } = at;
  const journal = createJournal({
    records: memory.records,
    clock: core.clock,
    name,
    owner: 'drill',
    leaseMs: 60_000,
    warn: core.warn,
  });
  const replica: ReplicaParts = { ...at.replica, ...memory, backend, journal, own };
  await beginStage(memory.records, name, 'dual-write');
  const changing: ChangeParts = {
    records: memory.records,
    clock: core.clock,
    name,
    isDrained: () => awaitDrained(replica, 10_000),
  };
  const bySubjectKey = new Map(subjects.map((subject) => [subject.key, subject]));
  const reconciler = createReconciler({
    replica,
    subjectOf: async ({ subjectKey }) => required(bySubjectKey.get(subjectKey)),
    async conductOf(subjectKey) {
      const stage = await readStage(memory.records, name);
      return stage && conductOf(stage.record, subjectKey);
    },
  });

  reconciler.start();
  try {
    const switchMs = await timed(async () => {
      await beginChange(changing, { stage: 'switched', ramp: EVERYBODY });
      await finishChange(changing, { timeoutMs: 60_000 });
    });
    const written = await writeSome(operated, replica, copied, memory.records);
    const rollbackMs = await timed(async () => {
      const stage = await readStage(memory.records, name);
      const below = stage && placementBelow(stage.record.placement);
      if (below) await beginChange(changing, below);
      await finishChange(changing, { timeoutMs: 600_000 });
    });
    const lost: string[] = [];
    for (const { subject } of copied) {
      const { record } = await readSubjectRecord(memory.records, subject.key);
      if (record && !isHeld(backend.held, subject.key, record, at.backend.slots)) lost.push(subject.id);
    }
    return { subjects: copied.length, ...written, switchMs, rollbackMs, lost };
  } finally {
    await reconciler.stop();
    await background.settle();
  }
}

interface Copied {
  readonly subject: Subject;
  readonly record: SubjectRecord;
}

async function copyRecords(
  { core }: OperatedBackend,
  subjects: readonly Subject[],
  into: RecordStore,
): Promise<Copied[]> {
  const copied: Copied[] = [];
  for (const subject of subjects) {
    const { record } = await readSubjectRecord(core.records, subject.key);
    if (!record) continue;
    const { owes: _real, ...bare } = record;
    await into.swap(recordKey(subject.key), undefined, bare);
    copied.push({ subject, record: bare });
  }
  return copied;
}

async function writeSome(
  { at }: OperatedBackend,
  replica: ReplicaParts,
  copied: readonly Copied[],
  records: RecordStore,
): Promise<{ replaced: number; deleted: number }> {
  let replaced = 0;
  let deleted = 0;
  const stage = await readStage(records, at.name);
  if (!stage) return { replaced, deleted };
  const executor = createMigratingExecutor({
    core: replica.own,
    front: { replica, conductOf: (key) => conductOf(stage.record, key) },
    others: [],
  });
  for (const [index, { subject, record }] of copied.entries()) {
    const opened = await readSubjectRecord(records, subject.key);
    const context: CommandContext = {
      ...replica.ownContext,
      opened: {
        subject,
        generation: record.generation,
        ...(opened.record && opened.version !== undefined
          ? { snapshot: { record: opened.record, version: opened.version } }
          : {}),
      },
    };
    const reference = { kind: 'key', key: subject.key } as const;
    if (index % 3 === 0) {
      const images = [{ slot: 0, upload: drillPicture(index) }];
      await executor.execute({ kind: 'put-images', subject: reference, images }, context);
      replaced += 1;
    } else if (index % 5 === 0 && record.slots[0]?.kind === 'image') {
      await executor.execute({ kind: 'delete-images', subject: reference, slots: [0] }, context);
      deleted += 1;
    }
  }
  return { replaced, deleted };
}

function isHeld(
  held: (subjectKey: string, slot: number) => string | undefined,
  subjectKey: string,
  { slots }: SubjectRecord,
  reachable: number,
): boolean {
  return Object.values(slots).every((state) => {
    if (state.kind === 'tombstone') return held(subjectKey, state.tombstone.slot) === undefined;
    const { slot, original } = state.image;
    return slot >= reachable || held(subjectKey, slot) === original.sha256;
  });
}

function drillPicture(index: number): Upload {
  const bytes = Buffer.from(`drill ${index}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes: bytes.byteLength, sha256, source: { kind: 'memory', bytes } };
}

/** A drill moves digests about: what its pictures show does not matter. */
const trusting: Imaging = {
  process: async () => ({
    facts: { format: 'jpeg', width: 1, height: 1, frames: 1, transparent: false, decodable: true },
    renditions: [],
    release: async () => {},
  }),
  start: async () => {},
  stop: async () => {},
};

function required(subject: Subject | undefined): Subject {
  if (!subject) throw new Error('a drill knows its subjects');
  return subject;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return Math.round(performance.now() - began);
}
