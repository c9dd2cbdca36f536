import { type Request, Router } from 'express';
import { ProblemError } from '../../domain/index.ts';
import { describeMigration, describePlan, describeStep } from '../../migration/operate/describe-migration.ts';
import type { OperatedBackend } from '../../migration/operate/operated-backend.ts';
import { describeParity, listDifferences } from '../../migration/parity/describe-parity.ts';
import { beginStage } from '../../migration/stages/stage-store.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { STEPS } from './migration-steps.ts';
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
    forRole(parts, 'read', ({ request }) => describePlan(operatedOf(migrations, request))),
  );

  router.get(
    '/migrations/:tenant/:dialect/parity',
    forRole(parts, 'read', ({ request }) => {
      const { at, core } = operatedOf(migrations, request);
      return describeParity(core.records, at.name);
    }),
  );

  router.get(
    '/migrations/:tenant/:dialect/differences',
    forRole(parts, 'read', async ({ request }) => {
      const { at, core } = operatedOf(migrations, request);
      return { items: await listDifferences(core.records, at.name) };
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
        const { at, core } = operated;
        const { record } = await beginStage(core.records, at.name, at.settings.initialStage);
        requireVersion(request, record.revision);
        const before = record.rollout;
        const { tenant, dialect } = at.name;
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
