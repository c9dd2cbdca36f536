import { listUnfinished } from '../replicas/unfinished-writes.ts';
import { gatewaysBehind } from '../stages/change-stage.ts';
import { isMovedBy, loadCohorts, phasesOf, rolloutsOf, type StageRecord } from '../stages/stage-record.ts';
import type { OperatedBackend } from './operated-backend.ts';

const MAX_NAMED = 20;

/** What a change under way waits for. */
export interface WaitingFor {
  /** Gateways that have not taken the step. A silent one may be gone; the operator has to make sure. */
  readonly gateways: readonly {
    readonly gatewayId: string;
    readonly heard: boolean;
    readonly secondsAgo: number;
  }[];
  /** People with unfinished writes from before the step, and the first of them by name. */
  readonly people: number;
  readonly named: readonly { readonly subjectId: string; readonly what: string; readonly reason?: string }[];
}

/**
 * The same, of a migration as it stands. `undefined` where nothing is under way: a change that has arrived is
 * so until every gateway acts upon it.
 */
export async function readUnderWay(
  operated: OperatedBackend,
  record: StageRecord,
): Promise<WaitingFor | undefined> {
  const waitingFor = await readWaitingFor(operated, record);
  return record.change || waitingFor.gateways.length > 0 ? waitingFor : undefined;
}

/** Reads what keeps a change from going on. */
export async function readWaitingFor(
  { at, core }: OperatedBackend,
  record: StageRecord,
): Promise<WaitingFor> {
  const { rollout, change } = record;
  const gateways = await gatewaysBehind({ records: core.records, clock: core.clock, name: at.name }, record);
  const phase = change && phasesOf(rollout, change.to)[change.phase];
  const drains = change?.isCancelled ? phase?.cancel === 'drained' : phase?.drained;
  const named: { subjectId: string; what: string; reason?: string }[] = [];
  if (!change || !drains) return { gateways, people: 0, named };
  const cohorts = await loadCohorts(core.records, rolloutsOf(record));
  let people = 0;
  const scope = {
    concerns: (key: string) => isMovedBy(rollout, change.to, cohorts, key),
    ...(change.fencedAtMs === undefined ? {} : { beganBeforeMs: change.fencedAtMs }),
  };
  for await (const { subjectId, what, reason } of listUnfinished(at.replica, scope)) {
    people += 1;
    if (named.length === MAX_NAMED) continue;
    named.push({ subjectId, what: what.join(', '), ...(reason === undefined ? {} : { reason }) });
  }
  return { gateways, people, named };
}

/** What the operator can do about it. */
export function waitingSteps({ gateways, people }: WaitingFor, record: StageRecord): string[] {
  const silent = gateways.filter(({ heard }) => !heard).map(({ gatewayId }) => gatewayId);
  const forget =
    silent.length > 0
      ? [`make sure that ${silent.join(', ')} is gone, then: polyface migrate status --forget-silent --wait`]
      : [];
  if (!record.change) return [...forget, 'polyface migrate status --wait'];
  const stuck =
    people > 0
      ? ['where the backend does not come back: polyface migrate complete --abandon FILE --override REASON']
      : [];
  return [
    ...forget,
    'polyface migrate status --wait',
    ...(record.change.isCancelled ? [] : ['or back to where it came from: polyface migrate cancel']),
    ...stuck,
  ];
}
