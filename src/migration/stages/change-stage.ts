import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, ProblemError, type RecordStore } from '../../domain/index.ts';
import { unsettledGateways } from './heartbeat.ts';
import { EVERYBODY, isEverybody, type Ramp, type Rollout } from './rollout.ts';
import { neighbour, STAGES } from './stage.ts';
import {
  MAX_HISTORY,
  phasesOf,
  rolloutsOf,
  type StageChange,
  type StageEvent,
  type StageRecord,
} from './stage-record.ts';
import { type MigrationName, readStage, type StoredStage, swapStage } from './stage-store.ts';

const POLL_MS = 100;

/** What a change of stage works with. */
export interface ChangeParts {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly name: MigrationName;
  /**
   * Whether everything is finished that was begun before the change's fence, for the people whom the change
   * moves. Work that begins later does not count, so that a drain ends under load.
   */
  readonly isDrained: (record: StageRecord) => Promise<boolean>;
}

/** The target of `advance`: a wider ramp of the same stage, or the next stage. `undefined` at the end. */
export function rolloutAbove({ stage, ramp }: Rollout, wanted: Ramp): Rollout | undefined {
  if (!isEverybody(ramp) && stage !== 'pass-through') return { stage, ramp: wanted };
  const next = neighbour(stage, 1);
  return next && { stage: next, ramp: wanted };
}

/** The target of `back`: every person one stage below. `undefined` at the beginning. */
export function rolloutBelow({ stage }: Rollout): Rollout | undefined {
  const below = neighbour(stage, -1);
  return below && { stage: below, ramp: EVERYBODY };
}

/**
 * The revisions on which a change was decided; `undefined`: any. It is part of the swap: of several who
 * decided on one revision one succeeds, and the others get `ProblemError` `precondition-failed`.
 */
export type WantedRevisions = readonly number[] | undefined;

/** Begins a change. Throws `ProblemError` `conflict` where another one is under way. */
export async function beginChange(
  parts: ChangeParts,
  to: Rollout,
  evidence: Pick<StageEvent, 'override' | 'gateReport'> & Pick<StageChange, 'abandonsBackend'> = {},
  onlyAt?: WantedRevisions,
): Promise<StageRecord> {
  const { record, version } = await current(parts, onlyAt);
  const { abandonsBackend, ...event } = evidence;
  if (record.change) throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
  const nowMs = parts.clock.nowMs();
  const begun: StageRecord = {
    ...record,
    revision: record.revision + 1,
    change: { to, phase: 0, startedAtMs: nowMs, ...(abandonsBackend ? { abandonsBackend } : {}) },
    history: addEvent(record, { atMs: nowMs, from: record.rollout, to, ...event }),
  };
  const first = phasesOf(record.rollout, to).length === 0 ? arrive(begun, to, nowMs) : begun;
  await replace(parts, version, first, onlyAt);
  return first;
}

/**
 * Turns a change under way around. It goes back, phase by phase, to where it came from. `'too late'`: the
 * present phase has no way back, and no step that can fail before its end. Throws `ProblemError` `conflict`
 * where the change moved meanwhile.
 */
export async function cancelChange(
  parts: ChangeParts,
  onlyAt?: WantedRevisions,
): Promise<StageRecord | 'no change' | 'too late'> {
  const { record, version } = await current(parts, onlyAt);
  const { change, rollout } = record;
  if (!change) return 'no change';
  if (change.isCancelled) return record;
  if (phasesOf(rollout, change.to)[change.phase]?.cancel === 'never') return 'too late';
  const { fencedAtMs: _over, ...rest } = change;
  const nowMs = parts.clock.nowMs();
  const cancelled: StageRecord = {
    ...record,
    revision: record.revision + 1,
    change: { ...rest, isCancelled: true },
    history: addEvent(record, { atMs: nowMs, from: change.to, to: rollout, isCancelled: true }),
  };
  await replace(parts, version, cancelled, onlyAt);
  return cancelled;
}

/**
 * Stops asking the backend for a change under way: unfinished work is finished in the local store alone. A
 * change that leads down is turned around. `override`: the reason, for the history.
 */
export async function abandonChange(
  parts: ChangeParts,
  override: string,
  onlyAt?: WantedRevisions,
): Promise<void> {
  const { record, version } = await current(parts, onlyAt);
  if (!record.change) return;
  const { fencedAtMs: _over, ...change } = record.change;
  const leadsDown = STAGES.indexOf(change.to.stage) < STAGES.indexOf(record.rollout.stage);
  const abandoned: StageRecord = {
    ...record,
    revision: record.revision + 1,
    change: { ...change, abandonsBackend: true, ...(leadsDown ? { isCancelled: true } : {}) },
    history: addEvent(record, {
      atMs: parts.clock.nowMs(),
      from: record.rollout,
      to: leadsDown ? record.rollout : change.to,
      override,
    }),
  };
  await replace(parts, version, abandoned, onlyAt);
}

/**
 * Takes a change under way one phase further, or one phase back where it was cancelled, if that is safe now.
 * `'waiting'`: gateways still act upon the phase before, or writes are unfinished. Any process may call it at
 * any time.
 */
export async function continueChange(
  parts: ChangeParts,
  onlyAt?: WantedRevisions,
): Promise<'arrived' | 'moved' | 'waiting'> {
  const { record, version } = await current(parts, onlyAt);
  const { change, rollout } = record;
  if (!change) return 'arrived';
  if ((await gatewaysBehind(parts, record)).length > 0) return 'waiting';
  const phase = phasesOf(rollout, change.to)[change.phase];
  if (change.isCancelled ? phase?.cancel === 'drained' : phase?.drained) {
    // Every gateway writes as the phase says from here on. Only the work that is unfinished now has to be
    // waited for.
    if (change.fencedAtMs === undefined) {
      const fenced = { ...record, change: { ...change, fencedAtMs: parts.clock.nowMs() } };
      return (await swap(parts, version, fenced, onlyAt)) ? 'moved' : 'waiting';
    }
    if (!(await parts.isDrained(record))) return 'waiting';
  }
  const next = nextRecord(record, change, parts.clock.nowMs());
  if (!(await swap(parts, version, next, onlyAt))) return 'waiting';
  return next.change ? 'moved' : 'arrived';
}

/**
 * Waits until the change has arrived and every gateway acts upon it; `false` when time is up first. `onlyAt`
 * is for the first phase: once that was gone into, `onBegin` is called.
 */
export async function finishChange(
  parts: ChangeParts,
  options: {
    readonly timeoutMs: number;
    readonly onWait?: (record: StageRecord) => void;
    readonly onlyAt?: WantedRevisions;
    readonly onBegin?: () => void;
  },
): Promise<boolean> {
  const giveUpAtMs = parts.clock.nowMs() + options.timeoutMs;
  let { onlyAt } = options;
  for (;;) {
    const result = await continueChange(parts, onlyAt);
    onlyAt = undefined;
    options.onBegin?.();
    const { record } = await current(parts);
    if (result === 'arrived' && (await gatewaysBehind(parts, record)).length === 0) return true;
    if (parts.clock.nowMs() >= giveUpAtMs) return false;
    options.onWait?.(record);
    if (result !== 'moved') await pause(POLL_MS);
  }
}

/** The gateways that a change waits for. A silent one counts, unless it can only stream. */
export async function gatewaysBehind(
  { records, clock, name }: Pick<ChangeParts, 'records' | 'clock' | 'name'>,
  record: StageRecord,
): ReturnType<typeof unsettledGateways> {
  const behind = await unsettledGateways({ records, clock }, name, record.revision);
  return leadPastShadow(rolloutsOf(record)) ? behind : behind.filter(({ heard }) => heard);
}

/** Whether one of the rollouts is in dual-write or later. */
export function leadPastShadow(rollouts: readonly Rollout[]): boolean {
  return rollouts.some(({ stage }) => STAGES.indexOf(stage) >= STAGES.indexOf('dual-write'));
}

function nextRecord(record: StageRecord, change: StageChange, nowMs: number): StageRecord {
  const revision = record.revision + 1;
  const phase = change.isCancelled ? change.phase - 1 : change.phase + 1;
  const { change: _over, ...unchanged } = record;
  if (phase < 0) return { ...unchanged, revision };
  if (phase >= phasesOf(record.rollout, change.to).length) {
    return arrive({ ...record, revision }, change.to, nowMs);
  }
  const { fencedAtMs: _passed, ...rest } = change;
  return { ...record, revision, change: { ...rest, phase } };
}

function arrive(record: StageRecord, to: Rollout, nowMs: number): StageRecord {
  const { change: _over, completedAtMs, resyncSinceMs, ...rest } = record;
  const leftComplete = record.rollout.stage === 'complete' && to.stage !== 'complete';
  // An earlier stay in `complete` may still have writes to note.
  const sinceMs = resyncSinceMs ?? (leftComplete ? completedAtMs : undefined);
  // A wider ramp counts as well: the people whom it takes in are fed from now on.
  const isFedAnew =
    to.stage === 'dual-write' && STAGES.indexOf(record.rollout.stage) <= STAGES.indexOf('dual-write');
  const isShadowedAnew = to.stage === 'shadow' && record.rollout.stage !== 'shadow';
  return {
    ...rest,
    rollout: to,
    ...(isShadowedAnew ? { shadowedSinceRevision: record.revision } : {}),
    ...(to.stage === 'complete' ? { completedAtMs: completedAtMs ?? nowMs } : {}),
    ...(isFedAnew ? { fedSinceMs: nowMs, fedSinceRevision: record.revision } : {}),
    ...(sinceMs === undefined ? {} : { resyncSinceMs: sinceMs }),
  };
}

function addEvent({ history }: StageRecord, event: StageEvent): readonly StageEvent[] {
  return [...history, event].slice(-MAX_HISTORY);
}

async function replace(
  parts: ChangeParts,
  version: string,
  record: StageRecord,
  onlyAt: WantedRevisions,
): Promise<void> {
  if (!(await swap(parts, version, record, onlyAt)))
    throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
}

/** Whether the record was replaced. Throws where another change of the wanted revisions was faster. */
async function swap(
  parts: ChangeParts,
  version: string,
  record: StageRecord,
  onlyAt: WantedRevisions,
): Promise<boolean> {
  if ((await swapStage(parts.records, parts.name, version, record)) !== 'conflict') return true;
  await current(parts, onlyAt);
  return false;
}

async function current({ records, name }: ChangeParts, onlyAt?: WantedRevisions): Promise<StoredStage> {
  const stored = await readStage(records, name);
  if (!stored) throw new ProblemError({ kind: 'subject-not-found' });
  if (onlyAt && !onlyAt.includes(stored.record.revision))
    throw new ProblemError({ kind: 'precondition-failed' });
  return stored;
}
