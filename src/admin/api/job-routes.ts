import { type Request, Router, text } from 'express';
import { isJsonObject, type Json, type PersonRow } from '../../domain/index.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { planJob } from './job-work.ts';
import type { RowFeed } from './planned-job.ts';
import {
  beginEvents,
  bodyMembers,
  forRole,
  optionalText,
  queryText,
  requireRole,
  runAudited,
} from './route.ts';

/** Long work: 202 with an address, progress as server-sent events, cancel by DELETE. */
export function createJobRoutes(parts: AdminParts): Router {
  const { jobs } = parts;
  /** By job, while it runs. */
  const feeds = new Map<string, RowFeed>();
  const router = Router();

  router.get(
    '/jobs',
    forRole(parts, 'read', () => ({ items: jobs.list() })),
  );

  router.post(
    '/jobs',
    forRole(parts, 'read', ({ request, response, operator }) => {
      const members = bodyMembers(request);
      const { kind, target, action, role, work, after, feed } = planJob(parts, members);
      requireRole(operator, role ?? 'operate');
      const reason = optionalText(members, 'reason');
      const job = jobs.start({ kind, target, actor: operator.name }, (running) =>
        action === undefined
          ? work(running)
          : runAudited(
              parts,
              { operator, action, target, reason },
              () => work(running),
              () => ({ result: 'done', ...(after ? { after: after() } : {}) }),
            ),
      );
      if (feed) {
        feeds.set(job.id, feed);
        jobs.subscribe(job.id, ({ state }) => state !== 'running' && feeds.delete(job.id));
      }
      response.status(202).location(`/admin/v1/jobs/${job.id}`);
      return job;
    }),
  );

  router.post(
    '/jobs/:id/rows',
    text({ type: NDJSON, inflate: false, limit: '16mb' }),
    forRole(parts, 'operate', async ({ request, operator }) => {
      const job = jobOf(parts, String(request.params.id));
      if (job.actor !== operator.name) throw new AdminProblem(403, 'Somebody else started this job.');
      const feed = feeds.get(job.id);
      if (!feed) throw new AdminProblem(409, 'The job takes no rows, or no more rows.');
      const part = {
        rows: rowsOf(request.body),
        isLast: queryText(request, 'last') === 'true',
        progress: queryFraction(request, 'progress'),
      };
      return { items: await feed.take(part) };
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
      const { send, onLeave } = beginEvents(parts, call);
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

const NDJSON = 'application/x-ndjson';
const MOST_ROWS = 20_000;

/** The rows of a body: one JSON object a line, `{"row": 2, "person": {…}}`. */
function rowsOf(body: unknown): PersonRow[] {
  if (typeof body !== 'string') throw new AdminProblem(400, `A body of the type ${NDJSON} is expected.`);
  const lines = body.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > MOST_ROWS)
    throw new AdminProblem(400, `A part has at most ${MOST_ROWS} rows; these are ${lines.length}.`);
  return lines.map((line, at) => {
    const value = parseRow(line);
    if (!isJsonObject(value) || typeof value.row !== 'number' || value.person === undefined)
      throw new AdminProblem(400, `Line ${at + 1} is no row: {"row": 2, "person": {…}} is expected.`);
    return { row: value.row, person: value.person };
  });
}

function parseRow(line: string): Json | undefined {
  try {
    return JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
}

function queryFraction(request: Request, name: string): number | undefined {
  const given = queryText(request, name);
  if (given === undefined) return undefined;
  const fraction = Number(given);
  if (!(fraction >= 0 && fraction <= 1))
    throw new AdminProblem(400, `The parameter "${name}" is a number from 0 to 1.`);
  return fraction;
}
