import { Router } from 'express';
import { isJsonObject, type Json } from '../../domain/index.ts';
import { importKeys, type KeyRow } from '../../gateway/credentials/import-keys.ts';
import { describeKey, type KeyOrder, planKey, type ShownKey } from '../../gateway/credentials/plan-key.ts';
import {
  type CredentialOrder,
  createStoredCredentials,
} from '../../gateway/credentials/stored-credentials.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import {
  bodyMembers,
  forRole,
  optionalText,
  queryCount,
  queryText,
  requiredText,
  runAudited,
} from './route.ts';

const MOST_ROWS = 1_000;

/**
 * Credentials that were created while gateways run. A key may see pictures and erase people, so only the role
 * admin makes one.
 */
export function createKeyRoutes(parts: AdminParts): Router {
  const keys = createStoredCredentials(parts);
  const router = Router();

  router.get(
    '/keys',
    forRole(parts, 'read', async ({ request }) => {
      const limit = queryCount(request, 'limit', 100, 1_000);
      const after = queryText(request, 'after');
      if (after !== undefined && !/^[0-9a-f]{16}$/.test(after))
        throw new AdminProblem(400, '"after" is the id of a key.');
      const items: ShownKey[] = [];
      for await (const { id, credential } of keys.list(after === undefined ? {} : { after })) {
        const last = items.at(-1);
        if (last && items.length === limit) return { items, next: last.id };
        items.push(describeKey(id, credential));
      }
      return { items };
    }),
  );

  router.post(
    '/keys',
    forRole(parts, 'admin', async ({ request, response, operator }) => {
      const plan = planAllowedKey(parts, orderOf(bodyMembers(request)));
      const { tenant, dialect, scopes } = plan;
      const { id, credential, secret } = await runAudited(
        parts,
        { operator, action: 'keys.create', target: `${tenant}/${dialect}` },
        () => keys.create(plan),
        (made) => ({ result: 'done', after: { id: made.id, tenant, dialect, scopes: [...scopes] } }),
      );
      response.status(201);
      return { ...describeKey(id, credential), secret };
    }),
  );

  router.post(
    '/keys/import',
    forRole(parts, 'admin', async ({ request, operator }) => {
      const members = bodyMembers(request);
      const rows = rowsOf(members);
      const { dialects, settings } = parts.current();
      const dryRun = members.dryRun === true;
      const plan = {
        dialects: new Map(dialects.map(({ dialect }) => [dialect.name, dialect])),
        tenants: new Set(settings.tenants.map(({ id }) => id)),
        dialect: optionalText(members, 'dialect'),
        tenant: optionalText(members, 'tenant'),
        dryRun,
      };
      if (dryRun) return await importKeys(rows, plan, parts);
      return await runAudited(
        parts,
        { operator, action: 'keys.import', target: `${rows.length} rows` },
        () => importKeys(rows, plan, parts),
        ({ imported, unchanged, rejected }) => ({ result: 'done', after: { imported, unchanged, rejected } }),
      );
    }),
  );

  router.delete(
    '/keys/:id',
    forRole(parts, 'operate', async ({ request, response, operator }) => {
      const id = String(request.params.id);
      await runAudited(parts, { operator, action: 'keys.revoke', target: id }, async () => {
        if ((await keys.revoke(id)) === 'unknown')
          throw new AdminProblem(404, 'There is no such credential.');
      });
      response.status(204).end();
    }),
  );
  return router;
}

function rowsOf({ rows }: Readonly<Record<string, unknown>>): readonly KeyRow[] {
  if (!Array.isArray(rows) || rows.length > MOST_ROWS || !rows.every(isKeyRow))
    throw new AdminProblem(
      400,
      `"rows" is a list of at most ${MOST_ROWS} rows, each with "row" and either "values" or "fault".`,
    );
  return rows;
}

function isKeyRow(one: unknown): one is KeyRow {
  if (typeof one !== 'object' || one === null || !('row' in one) || typeof one.row !== 'number') return false;
  if ('fault' in one) return typeof one.fault === 'string';
  return 'values' in one && isJsonObject(one.values as Json);
}

function orderOf(members: Readonly<Record<string, unknown>>): KeyOrder {
  const { scopes = [], expiresInDays } = members;
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string'))
    throw new AdminProblem(400, '"scopes" is a list of texts.');
  if (
    expiresInDays !== undefined &&
    !(typeof expiresInDays === 'number' && expiresInDays > 0 && Number.isFinite(expiresInDays))
  )
    throw new AdminProblem(400, '"expiresInDays" is a number above 0.');
  const [kind, label, subject] = ['kind', 'label', 'subject'].map((name) => optionalText(members, name));
  return {
    tenant: requiredText(members, 'tenant'),
    dialect: requiredText(members, 'dialect'),
    scopes,
    ...(kind === undefined ? {} : { kind }),
    ...(label === undefined ? {} : { label }),
    ...(subject === undefined ? {} : { subject }),
    ...(typeof expiresInDays === 'number' ? { expiresInDays } : {}),
  };
}

/** Plans a key. Answers 400 for an order that the settings or the dialect do not allow. */
function planAllowedKey({ current, clock }: AdminParts, order: KeyOrder): CredentialOrder {
  try {
    return planKey(current(), order, clock.nowMs());
  } catch (cause) {
    throw new AdminProblem(400, `${Error.isError(cause) ? cause.message : String(cause)}.`);
  }
}
