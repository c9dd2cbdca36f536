import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, ProblemError, type RecordStore } from '../../domain/index.ts';
import { EVERYBODY, isEverybody, type Placement, type Ramp } from './placement.ts';
import { isSettled } from './presence.ts';
import { neighbour } from './stage.ts';
import { phasesOf, type StageEvent, type StageRecord } from './stage-record.ts';
import { type MigrationName, readStage, type StoredStage, swapStage } from './stage-store.ts';

const MAX_HISTORY = 100;
const POLL_MS = 100;

/** What a change of stage works with. */
export interface ChangeParts {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly name: MigrationName;
  /** Whether the journal holds nothing unfinished and no record owes the backend. */
  readonly isDrained: () => Promise<boolean>;
}

/** Where `advance` leads: a wider ramp of the same stage, or the next stage. `undefined` at the end. */
export function placementAbove({ stage, ramp }: Placement, wanted: Ramp): Placement | undefined {
  if (!isEverybody(ramp) && stage !== 'pass-through') return { stage, ramp: wanted };
  const next = neighbour(stage, 1);
  return next && { stage: next, ramp: wanted };
}

/** Where `back` leads: everybody one stage below. `undefined` at the beginning. */
export function placementBelow({ stage }: Placement): Placement | undefined {
  const below = neighbour(stage, -1);
  return below && { stage: below, ramp: EVERYBODY };
}

/** Begins a change. Throws `ProblemError` `conflict` where another one is under way. */
export async function beginChange(
  parts: ChangeParts,
  to: Placement,
  evidence: Pick<StageEvent, 'override' | 'certificate'> = {},
): Promise<StageRecord> {
  const { record, version } = await current(parts);
  if (record.change) throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
  const nowMs = parts.clock.nowMs();
  const event: StageEvent = { atMs: nowMs, from: record.placement, to, ...evidence };
  const history = [...record.history, event].slice(-MAX_HISTORY);
  const begun: StageRecord = {
    ...record,
    revision: record.revision + 1,
    change: { to, phase: 0, startedAtMs: nowMs },
    history,
  };
  const first = phasesOf(record.placement, to).length === 0 ? arrived(begun, to, nowMs) : begun;
  if ((await swapStage(parts.records, parts.name, version, first)) === 'conflict') {
    throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
  }
  return first;
}

/**
 * Takes a change under way one phase further if that is safe now. `'waiting'`: for gateways that still act upon the phase before, or for
 * the backlog. Any process may call it at any time.
 */
export async function continueChange(parts: ChangeParts): Promise<'arrived' | 'moved' | 'waiting'> {
  const { record, version } = await current(parts);
  const { change, placement } = record;
  if (!change) return 'arrived';
  const phases = phasesOf(placement, change.to);
  if (!(await isSettled(parts, parts.name, record.revision))) return 'waiting';
  if (phases[change.phase]?.drained && !(await parts.isDrained())) return 'waiting';
  const phase = change.phase + 1;
  const next =
    phase < phases.length
      ? { ...record, revision: record.revision + 1, change: { ...change, phase } }
      : arrived({ ...record, revision: record.revision + 1 }, change.to, parts.clock.nowMs());
  const result = await swapStage(parts.records, parts.name, version, next);
  return result === 'conflict' ? 'waiting' : next.change ? 'moved' : 'arrived';
}

/** Waits until the change has arrived and every gateway acts upon it; `false` when time is up first. */
export async function finishChange(
  parts: ChangeParts,
  options: { readonly timeoutMs: number; readonly onWait?: (record: StageRecord) => void },
): Promise<boolean> {
  const giveUpAtMs = parts.clock.nowMs() + options.timeoutMs;
  for (;;) {
    const result = await continueChange(parts);
    const { record } = await current(parts);
    if (result === 'arrived' && (await isSettled(parts, parts.name, record.revision))) return true;
    if (parts.clock.nowMs() >= giveUpAtMs) return false;
    options.onWait?.(record);
    if (result !== 'moved') await pause(POLL_MS);
  }
}

function arrived(record: StageRecord, to: Placement, nowMs: number): StageRecord {
  const { change: _over, completedAtMs, ...rest } = record;
  const leftComplete = record.placement.stage === 'complete' && to.stage !== 'complete';
  return {
    ...rest,
    placement: to,
    ...(to.stage === 'complete' ? { completedAtMs: completedAtMs ?? nowMs } : {}),
    ...(leftComplete && completedAtMs !== undefined ? { resyncSinceMs: completedAtMs } : {}),
  };
}

async function current({ records, name }: ChangeParts): Promise<StoredStage> {
  const stored = await readStage(records, name);
  if (!stored) throw new ProblemError({ kind: 'subject-not-found' });
  return stored;
}
