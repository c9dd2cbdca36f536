import { type AbandonedPerson, abandonBackend } from '../../migration/operate/abandon-backend.ts';
import { type OperatedBackend, subjectsNamed } from '../../migration/operate/operated-backend.ts';
import {
  advance,
  back,
  cancel,
  resume,
  type StepOptions,
  type StepResult,
} from '../../migration/operate/take-step.ts';
import { storeCohort } from '../../migration/stages/cohort.ts';
import { forgetSilentGateways } from '../../migration/stages/heartbeat.ts';
import { EVERYBODY, type Ramp } from '../../migration/stages/rollout.ts';
import { AdminProblem } from '../admin-problem.ts';
import { optionalText, requiredText } from './route.ts';

/** A step that takes longer goes on, and is shown as under way. */
const STEP_TIMEOUT_SECONDS = 60;
const MAX_TIMEOUT_SECONDS = 3600;

type Members = Readonly<Record<string, unknown>>;
type Taken = StepResult & { readonly people?: readonly AbandonedPerson[] };
type TakeStep = (operated: OperatedBackend, condition: StepCondition) => Promise<Taken>;

/** On what a step was decided, and who hears that it has begun. */
type StepCondition = Pick<StepOptions, 'onlyAt' | 'onBegin'>;

/**
 * The steps of a migration, by the last word of the path. Each reads its options from the body and returns the
 * function that takes the step. Throws `AdminProblem` for a wrong body.
 */
export const STEPS = {
  advance: async (operated, members) => {
    const options = { ...stepOptions(members), ...(await rampOf(operated, members)) };
    return (at, condition) => advance(at, { ...options, ...condition });
  },
  back: async (_operated, members) => {
    const options = stepOptions(members);
    return (at, condition) => back(at, { ...options, ...condition });
  },
  cancel: async (_operated, members) => {
    const timeoutMs = timeoutOf(members);
    return (at, condition) => cancel(at, { timeoutMs, ...condition });
  },
  resume: async (_operated, members) => {
    const timeoutMs = timeoutOf(members);
    return async (at, condition) => {
      if (members.forgetSilent === true) await forgetSilentGateways(at.core.records, at.core.clock.nowMs());
      return resume(at, { timeoutMs, ...condition });
    };
  },
  abandon: async (_operated, members) => {
    const options = { timeoutMs: timeoutOf(members), override: requiredText(members, 'override') };
    return (at, condition) => abandonBackend(at, { ...options, ...condition });
  },
} as const satisfies Record<string, (operated: OperatedBackend, members: Members) => Promise<TakeStep>>;

function stepOptions(members: Members) {
  const override = optionalText(members, 'override');
  return { timeoutMs: timeoutOf(members), ...(override === undefined ? {} : { override }) };
}

/** How long the job waits for its step, in milliseconds. */
function timeoutOf({ timeoutSeconds }: Members): number {
  if (timeoutSeconds === undefined || timeoutSeconds === null) return STEP_TIMEOUT_SECONDS * 1000;
  if (typeof timeoutSeconds !== 'number' || !(timeoutSeconds >= 0 && timeoutSeconds <= MAX_TIMEOUT_SECONDS))
    throw new AdminProblem(400, `"timeoutSeconds" is a number from 0 to ${MAX_TIMEOUT_SECONDS}.`);
  return timeoutSeconds * 1000;
}

/**
 * The people that a step covers: a share, or a list that is stored under a name. Without either, the step covers
 * everybody.
 */
async function rampOf(operated: OperatedBackend, members: Members): Promise<{ readonly ramp?: Ramp }> {
  const { percent, subjects } = members;
  if (subjects !== undefined && subjects !== null) return { ramp: await cohortOf(operated, members) };
  if (percent === undefined || percent === null) return {};
  if (typeof percent !== 'number' || !(percent > 0 && percent <= 100))
    throw new AdminProblem(400, '"percent" is a number above 0 and at most 100.');
  return { ramp: percent === 100 ? EVERYBODY : { kind: 'percent', percent } };
}

async function cohortOf(operated: OperatedBackend, members: Members): Promise<Ramp> {
  const { subjects, percent } = members;
  if (percent !== undefined && percent !== null)
    throw new AdminProblem(400, 'A step takes either "percent" or "subjects".');
  if (!Array.isArray(subjects) || subjects.length === 0 || !subjects.every((id) => typeof id === 'string'))
    throw new AdminProblem(400, '"subjects" is a list of ids in the dialect of the clients.');
  const ids = [...new Set<string>(subjects)];
  const found = await subjectsNamed(operated, ids);
  if (found.length < ids.length)
    throw new AdminProblem(400, `${ids.length - found.length} of the ${ids.length} ids belong to no person.`);
  return storeCohort(
    operated.core.records,
    optionalText(members, 'cohort') ?? 'list',
    found.map(({ key }) => key),
  );
}
