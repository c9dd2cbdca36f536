import { Router } from 'express';
import type { AdminParts } from '../admin-parts.ts';
import { beginEvents, forRole, queryCount, queryText } from './route.ts';

/** The latest requests, as a list and as a stream. */
export function createRequestRoutes(parts: AdminParts): Router {
  const { figures } = parts;
  const router = Router();

  router.get(
    '/requests',
    forRole(parts, 'read', async ({ request }) => {
      const names = ['dialect', 'operation', 'tenant', 'credential', 'subject', 'problem', 'status', 'id'];
      const filter = Object.fromEntries(
        names.flatMap((name) => {
          const value = queryText(request, name);
          return value === undefined ? [] : [[name, value]];
        }),
      );
      const limit = queryCount(request, 'limit', 100, 1_000);
      const own = await figures.requests(filter, limit);
      const kept = (await parts.kept?.list(filter)) ?? [];
      const newestFirst = [...own, ...kept].toSorted((a, b) => b.endedAtMs - a.endedAtMs);
      return { items: newestFirst.slice(0, limit) };
    }),
  );

  router.get(
    '/events',
    forRole(parts, 'read', (call) => {
      const { send, onLeave } = beginEvents(parts, call);
      onLeave(figures.subscribe((request) => send('request', request)));
    }),
  );
  return router;
}
