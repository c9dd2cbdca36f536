import { type Request, Router } from 'express';
import { ProblemError } from '../../domain/index.ts';
import { examineStep } from '../../migration/operate/gate.ts';
import type { OperatedBackend } from '../../migration/operate/operated-backend.ts';
import { nextSteps } from '../../migration/operate/take-step.ts';
import { readUnderWay, waitingSteps } from '../../migration/operate/waiting-for.ts';
import { type ParityDifference, readDifferences, readTally } from '../../migration/parity/parity-tally.ts';
import { readWarnings } from '../../migration/preflight/preflight-report.ts';
import { readBacklog } from '../../migration/replicas/backlog.ts';
import { rolloutAbove, rolloutBelow } from '../../migration/stages/change-stage.ts';
import { readHeartbeats } from '../../migration/stages/heartbeat.ts';
import { EVERYBODY, type Rollout } from '../../migration/stages/rollout.ts';
import { STAGES } from '../../migration/stages/stage.ts';
import { beginStage } from '../../migration/stages/stage-store.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { describeStep, STEPS } from './migration-steps.ts';
import { requireVersion, sendVersion, versionChanged, wantedVersions } from './resource-version.ts';
import { bodyMembers, forRole, optionalText, runAudited } from './route.ts';

/** Shows the stage of each migration and the conditions of its next step, and takes that step. */
export function createMigrationRoutes(parts: AdminParts): Router {
  const { migrations, jobs } = parts;
  const router = Router();

  router.get(
    '/migrations',
    forRole(parts, 'read', async () => ({ items: await Promise.all(migrations.map(describeMigration)) })),
  );

  router.get(
    '/migrations/:tenant/:dialect',
    forRole(parts, 'read', async ({ request, response }) => {
      const migration = await describeMigration(operatedOf(migrations, request));
      sendVersion(response, migration.revision);
      return migration;
    }),
  );

  router.get(
    '/migrations/:tenant/:dialect/plan',
    forRole(parts, 'read', async ({ request }) => {
      const operated = operatedOf(migrations, request);
      const record = await recordOf(operated);
      const to = rolloutAbove(record.rollout, EVERYBODY);
      const report = to && (await examineStep(operated, record, to));
      const checkedAt = new Date(operated.core.clock.nowMs()).toISOString();
      const warnings = await readWarnings(operated);
      return { ...(to ? { to } : {}), guards: report?.guards ?? [], warnings, checkedAt };
    }),
  );

  router.get(
    '/migrations/:tenant/:dialect/differences',
    forRole(parts, 'read', async ({ request }) => {
      const { at, core } = operatedOf(migrations, request);
      const items: ParityDifference[] = [];
      for await (const one of readDifferences(core.records, at.name)) items.push(one);
      return { items: items.sort((a, b) => b.atMs - a.atMs) };
    }),
  );

  for (const [word, read] of Object.entries(STEPS)) {
    router.post(
      `/migrations/:tenant/:dialect/${word}`,
      forRole(parts, 'operate', async ({ request, response, operator }) => {
        const operated = operatedOf(migrations, request);
        const members = bodyMembers(request);
        const reason = optionalText(members, 'reason') ?? optionalText(members, 'override');
        const take = await read(operated, members);
        const record = await recordOf(operated);
        requireVersion(request, record.revision);
        const before = record.rollout;
        const { tenant, dialect } = operated.at.name;
        const [action, target] = [`migration.${word}`, `${tenant}/${dialect}`];
        const onlyAt = wantedVersions(request)?.map(Number);
        const begun = Promise.withResolvers<void>();
        const job = jobs.start({ kind: action, target, actor: operator.name }, () =>
          runAudited(
            parts,
            { operator, action, target, reason, before },
            () =>
              takeStep(begun, async () =>
                describeStep(await take(operated, { onlyAt, onBegin: begun.resolve })),
              ),
            ({ outcome, rollout }) => ({
              result: outcome === 'refused' ? 'refused' : 'done',
              after: rollout,
            }),
          ),
        );
        // Whether the version still holds is known when the step has written it.
        if (onlyAt) await begun.promise;
        response.status(202).location(`/admin/v1/jobs/${job.id}`);
        return jobs.find(job.id);
      }),
    );
  }
  return router;
}

/** Tells whether the step has begun, or that it was decided on a version that has changed. */
async function takeStep<T>(begun: PromiseWithResolvers<void>, take: () => Promise<T>): Promise<T> {
  // Who named no version does not wait for it.
  begun.promise.catch(() => {});
  try {
    const taken = await take();
    begun.resolve();
    return taken;
  } catch (cause) {
    const isLate = cause instanceof ProblemError && cause.problem.kind === 'precondition-failed';
    if (isLate) begun.reject(versionChanged());
    // Every other failure is told by the job.
    else begun.resolve();
    throw isLate ? versionChanged() : cause;
  }
}

/** The migration that the path names by tenant and dialect. */
export function operatedOf(migrations: readonly OperatedBackend[], { params }: Request): OperatedBackend {
  const found = migrations.find(
    ({ at }) => at.name.tenant === params.tenant && at.name.dialect === params.dialect,
  );
  if (!found) throw new AdminProblem(404, 'The settings name no such migration.');
  return found;
}

async function recordOf({ at, core }: OperatedBackend) {
  const { record } = await beginStage(core.records, at.name, at.settings.initialStage);
  return record;
}

async function describeMigration(operated: OperatedBackend) {
  const { at, core } = operated;
  const nowMs = core.clock.nowMs();
  const record = await recordOf(operated);
  const [waitingFor, backlog, heartbeats, tally] = await Promise.all([
    readUnderWay(operated, record),
    readBacklog(at.replica),
    readHeartbeats(core.records, nowMs),
    readTally(core.records, at.name),
  ]);
  const up = rolloutAbove(record.rollout, EVERYBODY);
  const down = rolloutBelow(record.rollout);
  return {
    ...at.name,
    revision: record.revision,
    stages: STAGES,
    rollout: record.rollout,
    ...(record.change ? { change: record.change } : {}),
    ...(waitingFor ? { waitingFor } : {}),
    ...(up ? { up: stageName(up) } : {}),
    ...(down ? { down: stageName(down) } : {}),
    backlog,
    gateways: heartbeats.map(({ gatewayId, heard, atMs }) => ({
      gatewayId,
      heard,
      secondsAgo: Math.round((nowMs - atMs) / 1000),
    })),
    parity: tally,
    history: [...record.history].reverse(),
    nextSteps: waitingFor ? waitingSteps(waitingFor, record) : nextSteps(record.rollout),
  };
}

function stageName({ stage }: Rollout): string {
  return stage;
}
