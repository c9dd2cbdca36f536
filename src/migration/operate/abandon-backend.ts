import { listUnfinished, type UnfinishedPerson } from '../replicas/unfinished-writes.ts';
import { abandonChange, beginChange } from '../stages/change-stage.ts';
import { EVERYBODY, isEverybody, type Rollout } from '../stages/rollout.ts';
import { neighbour, STAGES } from '../stages/stage.ts';
import type { StageRecord } from '../stages/stage-record.ts';
import { beginStage } from '../stages/stage-store.ts';
import { changeParts } from './change-parts.ts';
import { findNeverCopied, findNotVerified } from './copied-people.ts';
import type { OperatedBackend } from './operated-backend.ts';
import { finishStep, type StepResult, type WaitOptions, wasOvertaken } from './take-step.ts';

type What = UnfinishedPerson['what'][number] | 'never copied' | 'not verified';

/** A person about whom one side lacks something when the backend is given up. */
export interface AbandonedPerson {
  readonly subjectKey: string;
  /** Absent where the directory does not lead from the key to the person. */
  readonly subjectId?: string;
  /**
   * `never copied`: the pictures, if any, are at the backend alone. `not verified`: nothing has shown that the
   * pictures here are as new as the backend's.
   */
  readonly what: readonly What[];
  /** Why the last try failed. */
  readonly reason?: string;
}

/** As files and answers have it: by id, or by key where that is all that is known. */
export function describeAbandoned({ subjectKey, subjectId, what, reason }: AbandonedPerson) {
  return {
    ...(subjectId === undefined ? { key: subjectKey } : { id: subjectId }),
    what,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The result of giving a backend up. */
export interface AbandonResult extends StepResult {
  /** The people whose newest pictures the backend does not have, and those whose newest pictures it alone may have. */
  readonly people: readonly AbandonedPerson[];
}

/**
 * Ends a migration whose backend is dead. Unfinished writes are finished in the local store alone. The result
 * names the people whose newest pictures the backend did not get, who stay noted, so that a backend that
 * returns can still be brought up to date; and the people who were never copied, or whose copies were never
 * verified. Can be repeated until the change has arrived.
 */
export async function abandonBackend(
  operated: OperatedBackend,
  options: WaitOptions & { readonly override: string },
): Promise<AbandonResult> {
  try {
    return await completeWithoutBackend(operated, options);
  } catch (cause) {
    if (options.onlyAt || !wasOvertaken(cause)) throw cause;
    const { at, core } = operated;
    const { record } = await beginStage(core.records, at.name, at.settings.initialStage);
    return refuse(record, [], 'another step was taken meanwhile');
  }
}

async function completeWithoutBackend(
  operated: OperatedBackend,
  options: WaitOptions & { readonly override: string },
): Promise<AbandonResult> {
  const { at, core } = operated;
  const parts = changeParts(operated);
  const before = (await beginStage(core.records, at.name, at.settings.initialStage)).record;
  const people = await listUnfinishedPeople(operated);
  const { override } = options;
  // The precondition is for the first write alone.
  let { onlyAt, ...rest } = options;
  if (before.change && !isGivingUp(before)) {
    const missing = missingFor(before);
    if (missing !== undefined) return refuse(before, people, missing);
    await abandonChange(parts, override, onlyAt ?? [before.revision]);
    onlyAt = undefined;
    options.onBegin?.();
    const result = await finishStep(operated, before, rest);
    const isOver = isComplete(result.record.rollout);
    if (result.outcome !== 'arrived' || isOver)
      return { ...result, people: await listEverybody(operated, people) };
  }
  const { record } = await beginStage(core.records, at.name, at.settings.initialStage);
  if (!record.change) {
    const missing = missingFor(record);
    if (missing !== undefined) return refuse(record, people, missing);
    const to: Rollout = { stage: 'complete', ramp: EVERYBODY };
    const evidence = { override, abandonsBackend: true } as const;
    await beginChange(parts, to, evidence, onlyAt ?? [record.revision]);
    onlyAt = undefined;
    options.onBegin?.();
  }
  const result = await finishStep(operated, record, { ...rest, onlyAt });
  return { ...result, people: await listEverybody(operated, people) };
}

/** Those with unfinished writes, and those whose copies are missing or not verified: these can only become fewer. */
async function listEverybody(
  operated: OperatedBackend,
  before: readonly UnfinishedPerson[],
): Promise<AbandonedPerson[]> {
  const { at, core } = operated;
  const { record } = await beginStage(core.records, at.name, at.settings.initialStage);
  const people = new Map<string, AbandonedPerson>();
  for (const one of await listUnfinishedPeople(operated, before)) people.set(one.subjectKey, one);
  const addLack = (found: ReadonlyMap<string, string | undefined>, lack: What) => {
    for (const [subjectKey, id] of found) {
      const { what = [], ...unfinished } = people.get(subjectKey) ?? {};
      people.set(subjectKey, {
        subjectKey,
        ...(id === undefined ? {} : { subjectId: id }),
        ...unfinished,
        what: [...what, lack],
      });
    }
  };
  addLack((await findNeverCopied(operated, record)).people, 'never copied');
  addLack(await findNotVerified(operated, record), 'not verified');
  return [...people.values()];
}

/**
 * The people with unfinished writes now, and those who had some before: writes that were finished meanwhile
 * were finished in the local store alone. Gateways go on writing until the change has arrived.
 */
async function listUnfinishedPeople(
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
  return change !== undefined && isComplete(change.to) && change.abandonsBackend === true;
}

/** Whether everybody is in `complete`, so that the backend is not asked any more. */
function isComplete({ stage, ramp }: Rollout): boolean {
  return stage === 'complete' && isEverybody(ramp);
}

/** What stands in the way: below dual-write, the pictures of people are at the backend alone. */
function missingFor({ rollout, change }: StageRecord): string | undefined {
  const { stage, ramp } = rollout;
  if (isComplete(rollout)) {
    return 'the migration is complete: the backend is not asked any more';
  }
  const lowest = isEverybody(ramp) ? stage : neighbour(stage, -1);
  const isBelow = lowest === undefined || STAGES.indexOf(lowest) < STAGES.indexOf('dual-write');
  if (isBelow) return `the people in ${lowest ?? stage} have their pictures at the backend alone`;
  const isLeaving = change?.to.stage === 'shadow' && change.phase > 0;
  return isLeaving
    ? 'the change to shadow has given up unfinished writes: it has to arrive first'
    : undefined;
}

function refuse(record: StageRecord, people: readonly UnfinishedPerson[], missing: string): AbandonResult {
  return { outcome: 'refused', record, people, missing, nextSteps: ['polyface migrate status'] };
}
