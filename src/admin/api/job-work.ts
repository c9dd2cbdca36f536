import { backfillList } from '../../migration/lists/backfill-list.ts';
import { describeRun } from '../../migration/lists/list-run.ts';
import { verifyList } from '../../migration/lists/verify-list.ts';
import type { OperatedBackend } from '../../migration/operate/operated-backend.ts';
import { runPreflight } from '../../migration/preflight/run-preflight.ts';
import { readStage } from '../../migration/stages/stage-store.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { peopleWithAlias } from './people-with-alias.ts';
import { planImport, planPeopleCheck } from './people-work.ts';
import type { PlannedJob } from './planned-job.ts';
import { optionalText, requiredText } from './route.ts';
import { planCheck, planSweep } from './store-work.ts';

/** Plans the job that a request's body asks for. Throws `AdminProblem` if this gateway cannot do it. */
export function planJob(parts: AdminParts, members: Readonly<Record<string, unknown>>): PlannedJob {
  const kind = requiredText(members, 'kind');
  switch (kind) {
    case 'fsck':
      return planCheck(parts, members);
    case 'gc':
      return planSweep(parts, members);
    case 'backfill':
      return planBackfill(parts, members);
    case 'verify':
      return planVerification(parts, members);
    case 'preflight':
      return planPreflight(parts, members);
    case 'people-import':
      return planImport(parts, members);
    case 'people-check':
      return planPeopleCheck(parts, members);
    default:
      throw new AdminProblem(
        400,
        '"kind" is one of fsck, gc, preflight, backfill, verify, people-import and people-check.',
      );
  }
}

function planBackfill(parts: AdminParts, members: Readonly<Record<string, unknown>>): PlannedJob {
  const operated = migrationOf(parts, members);
  const listed = listedIds(members);
  // Checks the options now, so that a wrong request is refused before the work begins.
  runOptions(members);
  return {
    kind: 'backfill',
    target: targetOf(operated),
    action: 'migration.backfill',
    async work({ signal, onCount }) {
      const ids = listed ?? (await listEverybody(parts, operated));
      const ran = await backfillList(operated, ids, {
        ...runOptions(members),
        signal,
        onProgress: (done) => onCount(done, ids.length),
      });
      return describeRun(ran);
    },
  };
}

function planVerification(parts: AdminParts, members: Readonly<Record<string, unknown>>): PlannedJob {
  const operated = migrationOf(parts, members);
  const listed = listedIds(members);
  runOptions(members);
  const repair = members.repair === true;
  return {
    kind: 'verify',
    target: targetOf(operated),
    action: repair ? 'migration.repair' : 'migration.verify',
    async work({ signal, onCount }) {
      if (repair) await requireDualWrite(operated);
      const ids = listed ?? (await listEverybody(parts, operated));
      const ran = await verifyList(operated, ids, {
        ...runOptions(members),
        repair,
        signal,
        onProgress: (done) => onCount(done, ids.length),
      });
      return describeRun(ran);
    },
  };
}

function planPreflight(parts: AdminParts, members: Readonly<Record<string, unknown>>): PlannedJob {
  const operated = migrationOf(parts, members);
  const listed = listedIds(members);
  const { concurrency } = runOptions(members);
  const { sample = 100 } = members;
  if (typeof sample !== 'number' || !Number.isInteger(sample) || sample < 1)
    throw new AdminProblem(400, '"sample" is a whole number from 1 on.');
  return {
    kind: 'preflight',
    target: targetOf(operated),
    action: 'migration.preflight',
    async work({ signal, onCount }) {
      const ids = listed ?? (await listEverybody(parts, operated));
      return runPreflight(operated, ids, { sample, concurrency, signal, onProgress: onCount });
    },
  };
}

function migrationOf(
  { migrations }: AdminParts,
  members: Readonly<Record<string, unknown>>,
): OperatedBackend {
  const dialect = requiredText(members, 'dialect');
  const tenant = optionalText(members, 'tenant');
  const [found, ...others] = migrations.filter(
    ({ at: { name } }) => name.dialect === dialect && (tenant === undefined || name.tenant === tenant),
  );
  if (!found) throw new AdminProblem(404, 'The settings name no such migration.');
  if (others.length > 0)
    throw new AdminProblem(400, 'Several tenants have a backend behind this dialect: name one as "tenant".');
  return found;
}

function targetOf({ at: { name } }: OperatedBackend): string {
  return `${name.tenant}/${name.dialect}`;
}

/** The ids that the body lists, each once. `undefined` without a list: the job is for all people. */
function listedIds({ subjects }: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  if (subjects === undefined) return undefined;
  if (!Array.isArray(subjects) || !subjects.every((id) => typeof id === 'string' && id !== ''))
    throw new AdminProblem(400, '"subjects" is a list of ids in the dialect of the clients.');
  if (subjects.length === 0) throw new AdminProblem(400, '"subjects" is empty.');
  return [...new Set<string>(subjects)];
}

async function listEverybody(
  parts: AdminParts,
  { at: { name } }: OperatedBackend,
): Promise<readonly string[]> {
  const ids = await peopleWithAlias(parts.current(), name.tenant, name.dialect);
  if (ids.length === 0)
    throw new AdminProblem(
      409,
      `The directory has no person with an id in ${name.dialect}: name "subjects".`,
    );
  return ids;
}

const MOST_AT_ONCE = 64;

function runOptions({ concurrency = 4, restart, acceptEmpty }: Readonly<Record<string, unknown>>) {
  if (typeof concurrency !== 'number' || !Number.isInteger(concurrency) || concurrency < 1)
    throw new AdminProblem(400, `"concurrency" is a whole number from 1 to ${MOST_AT_ONCE}.`);
  return {
    concurrency: Math.min(concurrency, MOST_AT_ONCE),
    restart: restart === true,
    acceptsEmpty: acceptEmpty === true,
  };
}

/**
 * Requires the stage dual-write. Only in this stage does every write take the lease, so only then may a
 * repair let the gateway's own side follow the backend.
 */
async function requireDualWrite({ at, core }: OperatedBackend): Promise<void> {
  const stage = (await readStage(core.records, at.name))?.record;
  if (stage?.rollout.stage !== 'dual-write' || stage.change)
    throw new AdminProblem(409, 'A repair works only in dual-write, and only while no change is under way.');
}
