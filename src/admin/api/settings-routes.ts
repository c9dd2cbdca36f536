import { Router } from 'express';
import { maskSecrets } from '../../settings/mask-secrets.ts';
import type { ReloadOrder } from '../../settings/reload-report.ts';
import { SettingsError } from '../../settings/settings-error.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { requireVersion, sendVersion } from './resource-version.ts';
import { bodyMembers, forRole, optionalText } from './route.ts';

/** Shows this gateway's settings, and reloads a changed file. */
export function createSettingsRoutes(parts: AdminParts): Router {
  const router = Router();

  router.get(
    '/settings',
    forRole(parts, 'read', ({ response }) => {
      const { settings, revision } = parts.current();
      sendVersion(response, revision);
      return { file: settings.file, revision, effective: maskSecrets(settings) };
    }),
  );

  router.get(
    '/settings/difference',
    forRole(parts, 'read', ({ operator }) => reloadFor(parts, { actor: operator.name, dryRun: true })),
  );

  router.post(
    '/settings/reload',
    forRole(parts, 'operate', async ({ request, operator }) => {
      const reason = optionalText(bodyMembers(request), 'reason');
      requireVersion(request, parts.current().revision);
      const report = await reloadFor(parts, {
        actor: operator.name,
        ...(reason === undefined ? {} : { reason }),
      });
      if (report.outcome === 'refused')
        throw new AdminProblem(
          409,
          `Nothing has changed: ${report.needsRestart.join(', ')} can only change with a restart.`,
          { ...report },
        );
      return report;
    }),
  );
  return router;
}

async function reloadFor({ reload }: AdminParts, order: ReloadOrder) {
  try {
    return await reload(order);
  } catch (cause) {
    if (!(cause instanceof SettingsError)) throw cause;
    throw new AdminProblem(422, 'The settings are wrong: nothing has changed.', {
      faults: cause.message.split('\n'),
    });
  }
}
