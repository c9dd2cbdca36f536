import { Command, Option } from 'commander';
import type { AdminRole } from '../admin/admin-role.ts';
import { createAdminTokens, describeToken, type ShownToken } from '../admin/admin-tokens.ts';
import { createAuditLog } from '../audit/audit-log.ts';
import { ADMIN_ROLES } from '../settings/admin-settings.ts';
import { adminOption, createAdminClient } from './admin-client.ts';
import { commandActor } from './command-actor.ts';
import { type MaintenanceOptions, storeCommand, withStore } from './maintenance-command.ts';
import { positiveNumber } from './positive-numbers.ts';
import { formatTable } from './print-table.ts';

interface TokenOptions extends MaintenanceOptions {
  readonly admin?: string;
}

interface CreateOptions extends TokenOptions {
  readonly label: string;
  readonly role: AdminRole;
  readonly expiresInDays?: number;
}

/** A new token with its secret, which is not shown a second time. */
interface MadeToken {
  readonly id: string;
  readonly token: string;
}

const clock = { nowMs: () => Date.now() };
const DAY_MS = 86_400_000;

/** `polyface admin tokens`: makes, lists and revokes tokens for the admin API and the console. */
export function adminCommand(): Command {
  const tokens = new Command('tokens').description(
    'make, list and revoke tokens for the admin API and the console',
  );
  tokens.addCommand(
    storeCommand('create')
      .addOption(adminOption())
      .description('make a token; it is shown this once')
      .requiredOption('--label <text>', 'whose it is, or what for')
      .addOption(
        new Option(
          '--role <role>',
          'read: look; operate: act; admin: also erase people, see pictures, manage tokens',
        )
          .choices(ADMIN_ROLES)
          .default('read'),
      )
      .option('--expires-in-days <days>', 'when it ends by itself', positiveNumber)
      .action(create),
  );
  tokens.addCommand(
    storeCommand('list').addOption(adminOption()).description('list tokens, without secrets').action(list),
  );
  tokens.addCommand(
    storeCommand('revoke')
      .addOption(adminOption())
      .description('end a token at once')
      .argument('<id>', 'as list shows it')
      .action(revoke),
  );
  return new Command('admin').description('manage access to the admin port').addCommand(tokens);
}

async function create({
  label,
  role,
  expiresInDays,
  json = false,
  admin,
  ...options
}: CreateOptions): Promise<void> {
  const made =
    admin === undefined
      ? await createHere(options, { label, role, expiresInDays })
      : await createAdminClient(admin).ask<MadeToken>('POST', '/tokens', { label, role, expiresInDays });
  const { id, token } = made;
  process.stdout.write(json ? `${JSON.stringify({ id, label, role, token })}\n` : `${token}\n`);
  process.stderr.write('Keep the token now: only its hash is stored.\n');
}

async function createHere(
  options: MaintenanceOptions,
  {
    label,
    role,
    expiresInDays,
  }: Pick<CreateOptions, 'label' | 'role'> & { readonly expiresInDays: number | undefined },
): Promise<MadeToken> {
  return await withStore(options, async ({ records }) => {
    const token = await createAdminTokens({ records, clock }).create({
      label,
      role,
      ...(expiresInDays === undefined ? {} : { expiresAtMs: clock.nowMs() + expiresInDays * DAY_MS }),
    });
    await createAuditLog({ records, clock }).append({
      actor: commandActor(),
      action: 'tokens.create',
      target: label,
      after: { id: token.id, role },
      result: 'done',
    });
    return token;
  });
}

async function list({ json = false, admin, ...options }: TokenOptions): Promise<void> {
  const all =
    admin === undefined
      ? await listHere(options)
      : (await createAdminClient(admin).ask<{ items: ShownToken[] }>('GET', '/tokens')).items;
  const rows = all.map(({ id, label, role, createdAt, expiresAt }) => ({
    id,
    label,
    role,
    created: createdAt,
    ...(expiresAt === undefined ? {} : { expires: expiresAt }),
  }));
  process.stdout.write(
    json
      ? `${JSON.stringify(rows)}\n`
      : formatTable(
          (['id', 'label', 'role', 'created', 'expires'] as const).map((heading) => ({
            heading,
            value: (row: (typeof rows)[number]) => row[heading] ?? 'never',
          })),
          rows,
        ),
  );
}

async function listHere(options: MaintenanceOptions): Promise<readonly ShownToken[]> {
  return await withStore(options, async ({ records }) => {
    const found: ShownToken[] = [];
    for await (const { id, stored } of createAdminTokens({ records, clock }).list())
      found.push(describeToken(id, stored));
    return found;
  });
}

async function revoke(id: string, { json = false, admin, ...options }: TokenOptions): Promise<void> {
  if (admin === undefined) await revokeHere(id, options);
  else await createAdminClient(admin).ask('DELETE', `/tokens/${encodeURIComponent(id)}`);
  process.stdout.write(json ? `${JSON.stringify({ id, revoked: true })}\n` : `${id} is revoked\n`);
}

async function revokeHere(id: string, options: MaintenanceOptions): Promise<void> {
  await withStore(options, async ({ records }) => {
    const outcome = await createAdminTokens({ records, clock }).revoke(id);
    if (outcome === 'unknown') throw new Error(`there is no token ${id}`);
    await createAuditLog({ records, clock }).append({
      actor: commandActor(),
      action: 'tokens.revoke',
      target: id,
      result: 'done',
    });
  });
}
