import { Router } from 'express';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { isAdminRole } from '../admin-role.ts';
import { describeToken } from '../admin-tokens.ts';
import { bodyMembers, forRole, requiredText, runAudited } from './route.ts';

const DAY_MS = 86_400_000;

/** Lists, creates and revokes operators' tokens. */
export function createTokenRoutes(parts: AdminParts): Router {
  const { tokens, clock } = parts;
  const router = Router();

  router.get(
    '/tokens',
    forRole(parts, 'admin', async () => {
      const items = [];
      for await (const { id, stored } of tokens.list()) items.push(describeToken(id, stored));
      return { items };
    }),
  );

  router.post(
    '/tokens',
    forRole(parts, 'admin', async ({ request, response, operator }) => {
      const members = bodyMembers(request);
      const label = requiredText(members, 'label');
      const { role, expiresInDays: days } = members;
      if (!isAdminRole(role)) throw new AdminProblem(400, '"role" is one of read, operate and admin.');
      if (days !== undefined && !(typeof days === 'number' && days > 0 && Number.isFinite(days)))
        throw new AdminProblem(400, '"expiresInDays" is a number above 0.');
      const made = await runAudited(
        parts,
        { operator, action: 'tokens.create', target: label },
        () =>
          tokens.create({
            label,
            role,
            ...(days === undefined ? {} : { expiresAtMs: clock.nowMs() + days * DAY_MS }),
          }),
        ({ id }) => ({ result: 'done', after: { id, role } }),
      );
      response.status(201);
      return { id: made.id, label, role, token: made.token };
    }),
  );

  router.delete(
    '/tokens/:id',
    forRole(parts, 'admin', async ({ request, response, operator }) => {
      const id = String(request.params.id);
      await runAudited(parts, { operator, action: 'tokens.revoke', target: id }, async () => {
        if ((await tokens.revoke(id)) === 'unknown') throw new AdminProblem(404, 'There is no such token.');
      });
      response.status(204).end();
    }),
  );
  return router;
}
