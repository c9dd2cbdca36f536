import { listUnfinished, type UnfinishedPerson } from '../replicas/unfinished-writes.ts';
import { abandonChange, beginChange } from '../stages/change-stage.ts';
import { EVERYBODY, isEverybody, type Rollout } from '../stages/rollout.ts';
import type { StageRecord } from '../stages/stage-record.ts';
import { beginStage } from '../stages/stage-store.ts';
import { changeParts } from './change-parts.ts';
import type { OperatedBackend } from './operated-backend.ts';
import { finishStep, type StepResult, type WaitOptions } from './take-step.ts';

/** The result of giving a backend up. */
export interface AbandonResult extends StepResult {
  /** The people whose newest pictures the backend does not have. */
  readonly people: readonly UnfinishedPerson[];
}

/**
 * Ends a migration whose backend is dead. Unfinished writes are finished in the local store alone. The result
 * names the people whose newest pictures the backend did not get. They stay noted, so that a backend that
 * returns can still be brought up to date. Can be repeated until the change has arrived.
 */
export async function abandonBackend(
  operated: OperatedBackend,
  options: WaitOptions & { readonly override: string },
): Promise<AbandonResult> {
  const { at, core } = operated;
  const parts = changeParts(operated);
  const before = (await beginStage(core.records, at.name, at.settings.initialStage)).record;
  const people = await listPeople(operated);
  // The precondition is for the first write alone.
  let { onlyAt, ...rest } = options;
  if (before.change && !isGivingUp(before)) {
    const missing = missingFor(before);
    if (missing !== undefined) return refuse(before, people, missing);
    await abandonChange(parts, onlyAt);
    onlyAt = undefined;
    options.onBegin?.();
    const result = await finishStep(operated, before, rest);
    if (result.outcome !== 'arrived') return { ...result, people: await listPeople(operated, people) };
  }
  const { record } = await beginStage(core.records, at.name, at.settings.initialStage);
  if (!record.change) {
    const missing = missingFor(record);
    if (missing !== undefined) return refuse(record, people, missing);
    const to: Rollout = { stage: 'complete', ramp: EVERYBODY };
    await beginChange(parts, to, { override: options.override, abandonsBackend: true }, onlyAt);
    onlyAt = undefined;
    options.onBegin?.();
  }
  const result = await finishStep(operated, record, { ...rest, onlyAt });
  return { ...result, people: await listPeople(operated, people) };
}

/**
 * The people with unfinished writes now, and those who had some before: writes that were finished meanwhile
 * were finished in the local store alone. Gateways go on writing until the change has arrived.
 */
async function listPeople(
  { at }: OperatedBackend,
  before: readonly UnfinishedPerson[] = [],
): Promise<UnfinishedPerson[]> {
  const people = new Map(before.map((one) => [one.subjectKey, one]));
  for await (const one of listUnfinished(at.replica)) {
    const earlier = people.get(one.subjectKey);
    const what = [...new Set([...(earlier?.what ?? []), ...one.what])];
    people.set(one.subjectKey, { ...earlier, ...one, what });
  }
  return [...people.values()];
}

function isGivingUp({ change }: StageRecord): boolean {
  return change?.to.stage === 'complete' && change.abandonsBackend === true;
}

/** What stands in the way: below dual-write, the pictures of people are at the backend alone. */
function missingFor({ rollout, change }: StageRecord): string | undefined {
  const { stage, ramp } = rollout;
  const isThere = stage === 'switched' || (stage === 'dual-write' && isEverybody(ramp));
  if (stage === 'complete') return 'the migration is complete: the backend is not asked any more';
  if (!isThere) return `the people in ${stage} have their pictures at the backend alone`;
  const isLeaving = change?.to.stage === 'shadow' && change.phase > 0;
  return isLeaving
    ? 'the change to shadow has given up unfinished writes: it has to arrive first'
    : undefined;
}

function refuse(record: StageRecord, people: readonly UnfinishedPerson[], missing: string): AbandonResult {
  return { outcome: 'refused', record, people, missing, nextSteps: ['polyface migrate status'] };
}
