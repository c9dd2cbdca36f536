import { Router } from 'express';
import { scopesOf } from '../../gateway/check-against-dialects.ts';
import { keyKindsOf } from '../../gateway/credentials/key-kind.ts';
import type { AdminParts } from '../admin-parts.ts';
import { readGateways } from '../gateway-heartbeat.ts';
import { forRole } from './route.ts';

const MINUTE_MS = 60_000;
/** The time of three missed heartbeats. */
const SILENT_AFTER_MS = 30_000;

/** The present work of the gateway, and its settings. */
export function createOverviewRoutes(parts: AdminParts): Router {
  const { gateway, clock, figures, current } = parts;
  const router = Router();

  router.get(
    '/overview',
    forRole(parts, 'read', async () => {
      const nowMs = clock.nowMs();
      return {
        gateway: {
          id: gateway.id,
          version: gateway.version,
          startedAt: new Date(gateway.startedAtMs).toISOString(),
          revision: current().revision,
          uptimeSeconds: Math.round((nowMs - gateway.startedAtMs) / 1000),
          memoryBytes: process.memoryUsage.rss(),
          ...(await gateway.work()),
        },
        store: { kind: current().settings.store.kind, ...(await storeHealth(gateway.ready, clock.nowMs)) },
        minutes: await figures.minutesSince(nowMs - 24 * 60 * MINUTE_MS),
        now: new Date(nowMs).toISOString(),
      };
    }),
  );

  router.get(
    '/gateways',
    forRole(parts, 'read', async () => {
      const nowMs = clock.nowMs();
      const seen = await readGateways(parts.records, nowMs);
      return {
        items: seen.map(({ id, host, version, revision, startedAtMs, atMs }) => ({
          id,
          host,
          version,
          revision,
          startedAt: new Date(startedAtMs).toISOString(),
          secondsAgo: Math.round((nowMs - atMs) / 1000),
          heard: nowMs - atMs < SILENT_AFTER_MS,
          isThis: id === gateway.id,
        })),
      };
    }),
  );

  router.get(
    '/dialects',
    forRole(parts, 'read', () => ({
      items: current().dialects.map(({ dialect, operations, setting }) => ({
        name: dialect.name,
        title: dialect.title,
        profile: setting().profile,
        operations: operations.map(({ operationId, operation }) => ({
          operationId,
          deprecated: operation.deprecated === true,
        })),
        keyKinds: keyKindsOf(dialect.credentials),
        scopes: scopesOf(dialect),
      })),
    })),
  );

  router.get(
    '/tenants',
    forRole(parts, 'read', () => ({
      items: current().settings.tenants.map(({ id, strictSubjects, credentials }) => ({
        id,
        strictSubjects,
        credentials: credentials.map(({ id: credentialId, dialect, kind, scopes }) => ({
          id: credentialId,
          dialect,
          kind,
          scopes,
        })),
      })),
    })),
  );
  return router;
}

async function storeHealth(ready: () => Promise<void>, nowMs: () => number) {
  const beganMs = nowMs();
  try {
    await ready();
    return { healthy: true, answeredInMs: nowMs() - beganMs };
  } catch (cause) {
    return { healthy: false, failure: cause instanceof Error ? cause.message : 'unknown' };
  }
}
