import { Router } from 'express';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { planJob } from './job-work.ts';
import { beginEvents, bodyMembers, forRole, optionalText, runAudited } from './route.ts';

/** Long work: 202 with an address, progress as server-sent events, cancel by DELETE. */
export function createJobRoutes(parts: AdminParts): Router {
  const { jobs } = parts;
  const router = Router();

  router.get(
    '/jobs',
    forRole(parts, 'read', () => ({ items: jobs.list() })),
  );

  router.post(
    '/jobs',
    forRole(parts, 'operate', ({ request, response, operator }) => {
      const members = bodyMembers(request);
      const { kind, target, action, work } = planJob(parts, members);
      const reason = optionalText(members, 'reason');
      const job = jobs.start({ kind, target, actor: operator.name }, (running) =>
        runAudited(parts, { operator, action, target, reason }, () => work(running)),
      );
      response.status(202).location(`/admin/v1/jobs/${job.id}`);
      return job;
    }),
  );

  router.get(
    '/jobs/:id',
    forRole(parts, 'read', ({ request }) => jobOf(parts, String(request.params.id))),
  );

  router.get(
    '/jobs/:id/events',
    forRole(parts, 'read', (call) => {
      const job = jobOf(parts, String(call.request.params.id));
      const { send, onLeave } = beginEvents(call);
      send('job', job);
      onLeave(jobs.subscribe(job.id, (changed) => send('job', changed)));
    }),
  );

  router.delete(
    '/jobs/:id',
    forRole(parts, 'operate', async ({ request, operator }) => {
      const job = jobOf(parts, String(request.params.id));
      await runAudited(parts, { operator, action: 'jobs.cancel', target: job.id }, async () =>
        jobs.cancel(job.id),
      );
      return jobOf(parts, job.id);
    }),
  );
  return router;
}

function jobOf({ jobs }: AdminParts, id: string) {
  const job = jobs.find(id);
  if (!job) throw new AdminProblem(404, 'There is no such job on this gateway.');
  return job;
}
