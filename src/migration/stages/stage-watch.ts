import { setTimeout as pause } from 'node:timers/promises';
import type { RecordStore } from '../../domain/index.ts';
import { ProblemError } from '../../domain/index.ts';
import type { MigrationStage } from '../../settings/migration-settings.ts';
import type { HeartbeatWriter } from './heartbeat.ts';
import { loadCohorts, onlyStreams, rolloutsOf, type Stage } from './stage-record.ts';
import { beginStage, type MigrationName, nameText } from './stage-store.ts';

/** How long a gateway may act upon a stage after it was last confirmed, in milliseconds. */
const STAGE_VALID_MS = 2_000;
/** How often the stages are looked at, in milliseconds. */
const REFRESH_MS = 400;
/** How long a stopping gateway waits for the store, in milliseconds. */
const STOP_MS = 2_000;

/** Knows the stages, at most two seconds late. */
export interface StageWatch {
  /**
   * The stage to act upon now, until `leave` is called. Throws `ProblemError` `overloaded` where more than
   * streaming is needed and the stage cannot be confirmed.
   */
  enter(name: MigrationName): Promise<EnteredStage>;
  /** Reads every stage now, and writes the heartbeat. */
  refresh(): Promise<void>;
  /** Reads every stage once, begins those that have none, and goes on watching. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A stage that a request acts upon. */
export interface EnteredStage extends Stage {
  /** Says that the request under this stage has ended; idempotent. */
  readonly leave: () => void;
}

interface Watched {
  readonly name: MigrationName;
  readonly initial: MigrationStage;
  stage?: Stage;
  /** Monotonic milliseconds at which the read that gave `stage` began. */
  confirmedAt: number;
}

/** Watches the named migrations in the record store, and reports which stages this gateway applies. */
export function createStageWatch(parts: {
  readonly records: RecordStore;
  readonly migrations: readonly { readonly name: MigrationName; readonly initial: MigrationStage }[];
  readonly warn: (message: string, cause: unknown) => void;
  readonly heartbeat: HeartbeatWriter;
  /** Milliseconds that only rise. */
  readonly monotonicMs?: () => number;
}): StageWatch {
  const monotonicMs = parts.monotonicMs ?? (() => performance.now());
  const watched = new Map<string, Watched>(
    parts.migrations.map(({ name, initial }) => [
      nameText(name),
      { name, initial, confirmedAt: Number.NEGATIVE_INFINITY },
    ]),
  );
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let stopped = false;

  async function refresh(one: Watched): Promise<void> {
    const beganAt = monotonicMs();
    const { record } = await beginStage(parts.records, one.name, one.initial);
    const cohorts = await loadCohorts(parts.records, rolloutsOf(record), one.stage?.cohorts);
    if (!one.stage || record.revision >= one.stage.record.revision) one.stage = { record, cohorts };
    one.confirmedAt = Math.max(one.confirmedAt, beganAt);
  }

  async function refreshAll(): Promise<void> {
    const results = await Promise.allSettled([...watched.values()].map(refresh));
    for (const result of results) {
      if (result.status === 'rejected') parts.warn('a migration stage cannot be read', result.reason);
    }
    await announce();
  }

  function announce(): Promise<void> {
    const applied = [...watched.values()].map(
      ({ name, stage }) => [nameText(name), stage?.record.revision ?? 0] as const,
    );
    return parts.heartbeat.announce(new Map(applied));
  }

  function enterNow({ name }: Watched, stage: Stage): EnteredStage {
    return { ...stage, leave: parts.heartbeat.enter(name, stage.record.revision) };
  }

  function schedule(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      round = refreshAll()
        .catch((cause: unknown) => parts.warn('watching the migration stages failed', cause))
        .finally(schedule);
    }, REFRESH_MS);
    timer.unref();
  }

  return {
    async enter(name) {
      const one = watched.get(nameText(name));
      if (!one) throw new Error(`no migration is set up for ${nameText(name)}`);
      const isFresh = () => monotonicMs() - one.confirmedAt < STAGE_VALID_MS;
      if (one.stage && (onlyStreams(one.stage.record) || isFresh())) return enterNow(one, one.stage);
      try {
        await refresh(one);
      } catch (cause) {
        throw new ProblemError({ kind: 'overloaded', retryAfterSeconds: 1 }, { cause });
      }
      if (!one.stage || !isFresh()) throw new ProblemError({ kind: 'overloaded', retryAfterSeconds: 1 });
      return enterNow(one, one.stage);
    },
    refresh: refreshAll,
    async start() {
      await Promise.all([...watched.values()].map(refresh));
      await announce();
      schedule();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const left = round.then(() => parts.heartbeat.leave());
      left.catch((cause: unknown) => parts.warn('the heartbeat of this gateway stays behind', cause));
      // A store that hangs must not keep the process from ending.
      await Promise.race([left.catch(() => undefined), pause(STOP_MS, undefined, { ref: false })]);
    },
  };
}
