import { Router } from 'express';
import { describeUsage } from '../../usage/usage-document.ts';
import { readUsage } from '../../usage/usage-store.ts';
import type { AdminParts } from '../admin-parts.ts';
import { forRole, queryCount, queryText } from './route.ts';

/** Shows who calls which operation, summed over all gateways and restarts. */
export function createUsageRoutes(parts: AdminParts): Router {
  const router = Router();
  router.get(
    '/usage',
    forRole(parts, 'read', async ({ request }) => {
      const dialect = queryText(request, 'dialect');
      const onlyDeprecated = queryText(request, 'deprecated') === 'true';
      const rows = await readUsage(parts.records);
      const limit = queryCount(request, 'limit', 200, 1_000);
      const offset = queryCount(request, 'offset', 0, Number.MAX_SAFE_INTEGER, 0);
      const found = rows
        .filter(
          (row) => (dialect === undefined || row.dialect === dialect) && (!onlyDeprecated || row.deprecated),
        )
        .map(describeUsage)
        .toSorted(
          (a, b) => Number(b.deprecated) - Number(a.deprecated) || (a.lastCallAt < b.lastCallAt ? 1 : -1),
        );
      const next = offset + limit;
      return { items: found.slice(offset, next), ...(next < found.length ? { next } : {}) };
    }),
  );
  return router;
}
