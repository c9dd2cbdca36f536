import { randomBytes } from 'node:crypto';
import { createBackgroundWork } from '../../../src/core/background-work.ts';
import { createCore } from '../../../src/core/core.ts';
import { ProblemError, type Subject, type Upload } from '../../../src/domain/index.ts';
import { createJournal } from '../../../src/migration/journal/journal.ts';
import { createMigratingExecutor } from '../../../src/migration/migrating-executor.ts';
import type { OperatedBackend } from '../../../src/migration/operate/operated-backend.ts';
import { copySubject } from '../../../src/migration/replicas/copy-subject.ts';
import { createReconciler, type Reconciler } from '../../../src/migration/replicas/reconciler.ts';
import { type ReplicaParts, replicaName } from '../../../src/migration/replicas/replica-parts.ts';
import { createHeartbeat } from '../../../src/migration/stages/heartbeat.ts';
import { policyOf } from '../../../src/migration/stages/stage-record.ts';
import { createStageWatch, type StageWatch } from '../../../src/migration/stages/stage-watch.ts';
import type { WritePolicy } from '../../../src/migration/stages/write-policy.ts';
import { createSpool } from '../../../src/temporary-files/spool.ts';
import { brokenOff, type ModelBackend, uploadOf, type Value } from './model-backend.ts';
import { context, directory, imaging, NAME, principal, valueNamed, viewOf } from './model-parts.ts';
import type { MortalProcess } from './mortal-process.ts';

/** How long a lease lasts and a write without an answer may take, in the model's milliseconds. */
export const LEASE_MS = 5_000;

/** One gateway process of the model. */
export interface ModelGateway {
  readonly process: MortalProcess;
  readonly watch: StageWatch;
  readonly reconciler: Reconciler;
  readonly replica: ReplicaParts;
  /** The migration, for an operator in this process. */
  readonly operated: OperatedBackend;
  /** What its gate asks for. */
  readonly gate: { minVerifiedPercent: number };
  put(subject: Subject, slot: number, value: Value): Promise<void>;
  /** A client that goes away in the middle of its upload. */
  breakOff(subject: Subject, slot: number, value: Value): Promise<void>;
  /**
   * A client of another dialect, whose writes have to reach this backend as well. Gives the policy under which it
   * was written; `undefined` where that policy is not wanted.
   */
  putThroughAnother(
    subject: Subject,
    slot: number,
    value: Value,
    isWanted?: (policy: WritePolicy) => boolean,
  ): Promise<WritePolicy | undefined>;
  /** A client without a credential. */
  putAnonymously(subject: Subject, slot: number, value: Value): Promise<void>;
  remove(subject: Subject, slot: number): Promise<void>;
  get(subject: Subject, slot: number): Promise<Value>;
  copy(subject: Subject): Promise<void>;
  /** Waits for what the gateway does in the background. */
  settle(): Promise<void>;
}

/** A gateway over a store and a backend that outlive it. */
export function createModelGateway(parts: {
  readonly process: MortalProcess;
  readonly backend: ModelBackend;
  readonly nowMs: () => number;
}): ModelGateway {
  const { process, nowMs } = parts;
  const { records, objects } = process;
  const gatewayId = randomBytes(8).toString('hex');
  const newId = () => randomBytes(16).toString('hex');
  const clock = { nowMs };
  const warn = () => {};
  const spool = createSpool({ folder: '/nowhere', memoryBytes: 1_000_000 });
  const background = createBackgroundWork(warn);
  const core = createCore({
    directory,
    objects,
    records,
    imaging,
    spool,
    links: { sign: () => Promise.reject(new Error('no links here')), verify: () => never() },
    tokens: { issue: () => Promise.reject(new Error('no tokens here')) },
    clock,
    ids: { newId },
    background,
    warn,
  });
  const heartbeat = createHeartbeat({ records, clock, gatewayId });
  const watch = createStageWatch({
    records,
    migrations: [{ name: NAME, initial: 'pass-through' }],
    warn,
    heartbeat,
    monotonicMs: nowMs,
  });
  const backend = parts.backend.as(process.step);
  const journal = createJournal({
    records,
    clock,
    name: NAME,
    owner: gatewayId,
    leaseMs: LEASE_MS,
    leaseWaitMs: 60,
    warn,
  });
  const replica: ReplicaParts = {
    name: NAME,
    replica: replicaName(NAME.dialect),
    backend,
    journal,
    local: core,
    localContext: context,
    records,
    objects,
    spool,
    comparer: { compare: async () => undefined },
    clock,
    newId,
    settleMs: LEASE_MS,
    warn,
  };
  const reconciler = createReconciler({
    replica,
    async subjectOf({ subjectKey }) {
      const subject = await directory.byKey(NAME.tenant, subjectKey);
      if (!subject) throw new Error('everybody is known here');
      return subject;
    },
    async policyOf(subjectKey) {
      const { leave, ...stage } = await watch.enter(NAME);
      leave();
      return policyOf(stage, subjectKey);
    },
  });

  /** One exchange under the stage that stands when it begins. */
  async function exchange<T>(
    act: (
      executor: ReturnType<typeof createMigratingExecutor>,
      policyNow: (key: string) => WritePolicy,
    ) => Promise<T>,
    throughAnother = false,
  ): Promise<T> {
    const { leave, ...stage } = await watch.enter(NAME);
    const primary = { replica, policyOf: (key: string | undefined) => policyOf(stage, key) };
    const executor = createMigratingExecutor({
      core,
      ...(throughAnother ? { secondaries: [primary] } : { primary, secondaries: [] }),
      translator: {
        async execute(command, _context, opened) {
          if (!opened) throw new Error('everybody is known here');
          const { outcome } = await backend.carryOut(command, opened.subject);
          if (outcome.kind === 'problem') throw new ProblemError(outcome.problem);
          const images = outcome.kind === 'done' ? outcome.images : [];
          return {
            kind: 'subject-read',
            subject: opened.subject,
            images: images.map(({ slot, url }) => viewOf(slot, Number(url))),
          };
        },
      },
    });
    try {
      return await act(executor, primary.policyOf);
    } finally {
      leave();
    }
  }

  async function withLease(subject: Subject, act: () => Promise<unknown>): Promise<void> {
    const { leave, ...stage } = await watch.enter(NAME);
    try {
      const policy = policyOf(stage, subject.key);
      if (policy.write !== 'both' || policy.recheck) return;
      const held = await journal.lease(subject, 0);
      try {
        // An intent means that a write has to be finished first.
        if (!held.entry.intent) await act();
      } finally {
        await held.release();
      }
    } finally {
      leave();
    }
  }

  function put(subject: Subject, slot: number, upload: Upload, caller: 'known' | 'anonymous'): Promise<void> {
    const command = {
      kind: 'put-images',
      subject: { kind: 'key', key: subject.key },
      images: [{ slot, upload }],
    } as const;
    return exchange(async (executor) => {
      if (caller === 'anonymous') {
        const { principal: _nobody, ...anonymous } = context;
        await executor.execute(command, anonymous);
        return;
      }
      const opened = await executor.open(command.subject, principal());
      await executor.execute(command, { ...context, opened });
    });
  }

  function putThroughAnother(
    subject: Subject,
    slot: number,
    value: Value,
    isWanted: (policy: WritePolicy) => boolean = () => true,
  ): Promise<WritePolicy | undefined> {
    const reference = { kind: 'key', key: subject.key } as const;
    const images = [{ slot, upload: uploadOf(value) }];
    return exchange(async (executor, policyNow) => {
      const policy = policyNow(subject.key);
      if (!isWanted(policy)) return undefined;
      const opened = await executor.open(reference, principal());
      await executor.execute({ kind: 'put-images', subject: reference, images }, { ...context, opened });
      return policy;
    }, true);
  }

  const gate = {
    verificationHours: 24,
    minVerifiedPercent: 100,
    minSamples: 0,
    maxDifferentPercent: 100,
    requirePreflight: false,
  };
  return {
    process,
    watch,
    reconciler,
    replica,
    gate,
    operated: {
      at: {
        name: NAME,
        replica,
        pacedReplica: () => replica,
        backend: replica.backend,
        settings: {
          initialStage: 'pass-through',
          requestsPerSecond: 1_000,
          credential: { kind: 'bearer', token: 'of the model' },
          gate,
        },
      },
      core: { records, objects, directory, clock, warn },
      // What a command does to a migration needs no more of it.
    } as unknown as OperatedBackend,
    put: (subject, slot, value) => put(subject, slot, uploadOf(value), 'known'),
    breakOff: (subject, slot, value) => put(subject, slot, brokenOff(value), 'known'),
    putThroughAnother,
    putAnonymously: (subject, slot, value) => put(subject, slot, uploadOf(value), 'anonymous'),
    remove: (subject, slot) =>
      exchange(async (executor) => {
        await executor.execute(
          { kind: 'delete-images', subject: { kind: 'key', key: subject.key }, slots: [slot] },
          context,
        );
      }),
    get: (subject, slot) =>
      exchange(async (executor) => {
        const outcome = await executor.execute(
          { kind: 'read-subject', subject: { kind: 'key', key: subject.key }, images: true },
          context,
        );
        if (outcome.kind !== 'subject-read') throw new Error('a read reads');
        const image = outcome.images.find((view) => view.image.slot === slot)?.image;
        return image ? valueNamed(image) : 0;
      }),
    copy: (subject) => withLease(subject, () => copySubject(replica, subject)),
    settle: () => background.settle(),
  };
}

function never(): never {
  throw new Error('no links here');
}
