import { Router } from 'express';
import { describeEntry } from '../../audit/audit-entry.ts';
import type { AdminParts } from '../admin-parts.ts';
import { forRole, queryCount, queryText } from './route.ts';

/** Lists the audit log and verifies its chain. */
export function createAuditRoutes(parts: AdminParts): Router {
  const { audit } = parts;
  const router = Router();
  router.get(
    '/audit',
    forRole(parts, 'read', async ({ request }) => {
      const before =
        queryText(request, 'before') === undefined
          ? undefined
          : queryCount(request, 'before', 1, Number.MAX_SAFE_INTEGER);
      const limit = queryCount(request, 'limit', 50, 200);
      const items = await audit.list({ limit, ...(before === undefined ? {} : { before }) });
      const last = items.at(-1)?.sequence ?? 1;
      return { items: items.map(describeEntry), ...(last > 1 ? { next: last } : {}) };
    }),
  );
  router.get(
    '/audit/verify',
    forRole(parts, 'read', () => audit.verify()),
  );
  return router;
}
