import { text } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { createAuditLog } from '../audit/audit-log.ts';
import type { Clock, Json, RecordStore } from '../domain/index.ts';
import { hashArgon2id } from '../gateway/credentials/argon2id.ts';
import { importKeys, type KeysImportReport } from '../gateway/credentials/import-keys.ts';
import { describeKey, type KeyOrder, planKey, type ShownKey } from '../gateway/credentials/plan-key.ts';
import { encodeForWire } from '../gateway/credentials/secret-digest.ts';
import { createStoredCredentials } from '../gateway/credentials/stored-credentials.ts';
import { loadDialects } from '../gateway/dialect-registry.ts';
import { startStore } from '../maintenance/start-store.ts';
import { type LoadedSettings, loadSettings } from '../settings/load-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { openStore } from '../store/open-store.ts';
import { adminOption, createAdminClient } from './admin-client.ts';
import { commandActor } from './command-actor.ts';
import { importOverAdmin } from './keys-import-over-admin.ts';
import { positiveNumber } from './positive-numbers.ts';
import { formatTable } from './print-table.ts';
import { type FileRow, readRows } from './read-rows.ts';

interface CommonOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly admin?: string;
  readonly json?: boolean;
}

interface CreateOptions extends CommonOptions {
  readonly dialect: string;
  readonly tenant: string;
  readonly scope: readonly string[];
  readonly subject?: string;
  readonly kind?: string;
  readonly expiresInDays?: number;
  readonly label?: string;
}

const clock: Clock = { nowMs: () => Date.now() };

/** `polyface keys`: makes and revokes credentials that running gateways know without a restart. */
export function keysCommand(): Command {
  const keys = new Command('keys').description('make, list and revoke credentials without a restart');
  withCommonOptions(keys.command('create'))
    .description('make a credential; its secret is shown this once; with --admin this takes the role admin')
    .requiredOption('--dialect <name>', 'the dialect that it is for')
    .requiredOption('--tenant <id>', 'the tenant that it belongs to')
    .addOption(
      new Option('--scope <scope>', 'what it may do; repeat for several')
        .argParser(collect)
        .default([], 'no scopes'),
    )
    .option('--label <text>', 'whose it is, or what for; shown in lists, logs and usage')
    .option('--subject <id>', "the caller's own id in the dialect")
    .option('--kind <kind>', 'key, basic or client; by default the first that the dialect takes')
    .option('--expires-in-days <days>', 'when it ends by itself', positiveNumber)
    .action(create);
  withCommonOptions(keys.command('import'))
    .description(
      'take over keys and tokens that clients have already; only their SHA-256 is kept; with --admin this takes the role admin',
    )
    .argument('<file>', 'CSV with a header, or NDJSON; - for standard input')
    .option('--dialect <name>', 'dialect of rows without a `dialect` column')
    .option('--tenant <id>', 'tenant of rows without a `tenant` column')
    .addOption(new Option('--format <kind>', 'default: by the name of the file').choices(['csv', 'ndjson']))
    .option('--dry-run', 'say what would be done, do nothing')
    .action(takeOver);
  withCommonOptions(keys.command('list')).description('list credentials, without secrets').action(list);
  withCommonOptions(keys.command('revoke'))
    .description('end a credential; gateways forget it within two seconds')
    .argument('<id>', 'as list shows it')
    .action(revoke);
  keys
    .command('hash')
    .description('read a password from standard input and print its argon2id hash for the settings')
    .option('--md5', 'the password travels as MD5 hex (Capillary)')
    .action(hash);
  return keys;
}

async function create(options: CreateOptions): Promise<void> {
  const { dialect, tenant, scope: scopes, kind, subject, expiresInDays, label } = options;
  const order: KeyOrder = {
    dialect,
    tenant,
    scopes,
    ...(kind === undefined ? {} : { kind }),
    ...(label === undefined ? {} : { label }),
    ...(subject === undefined ? {} : { subject }),
    ...(expiresInDays === undefined ? {} : { expiresInDays }),
  };
  if (options.admin === undefined) printKeys(options, await createHere(options, order));
  else printKeys(options, await createAdminClient(options.admin).ask<MadeKey>('POST', '/keys', order));
  process.stderr.write('Keep the secret now: only its digest is stored.\n');
}

async function createHere(options: CommonOptions, order: KeyOrder): Promise<MadeKey> {
  const settings = await settingsOf(options);
  const own = settings.dialects[order.dialect];
  const dialects = own ? await loadDialects({ ...settings, dialects: { [order.dialect]: own } }) : [];
  const plan = planKey({ settings, dialects }, order, clock.nowMs());
  return await withRecords(settings, async (records) => {
    const { id, credential, secret } = await createStoredCredentials({ records, clock }).create(plan);
    const { tenant, dialect, scopes } = order;
    await auditKey(records, 'keys.create', id, { tenant, dialect, scopes: [...scopes] });
    return { ...describeKey(id, credential), secret };
  });
}

async function takeOver(
  file: string,
  options: CommonOptions & {
    readonly dialect?: string;
    readonly tenant?: string;
    readonly format?: 'csv' | 'ndjson';
    readonly dryRun?: boolean;
  },
): Promise<void> {
  const dryRun = options.dryRun ?? false;
  const rows = readRows(file, options.format);
  const report =
    options.admin === undefined
      ? await importHere(file, rows, { ...options, dryRun })
      : await importOverAdmin(options.admin, rows, { ...options, dryRun });
  const { imported, unchanged, rejected, faults } = report;
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(`imported ${imported}, unchanged ${unchanged}, rejected ${rejected}\n`);
  for (const { row, fault } of faults) process.stderr.write(`row ${row}: ${fault}\n`);
  if (rejected > 0) process.exitCode = 2;
}

async function importHere(
  file: string,
  rows: AsyncIterable<FileRow>,
  options: CommonOptions & { readonly dialect?: string; readonly tenant?: string; readonly dryRun: boolean },
): Promise<KeysImportReport> {
  const { dryRun } = options;
  const settings = await settingsOf(options);
  const loaded = await loadDialects(settings);
  const plan = {
    dialects: new Map(loaded.map(({ dialect }) => [dialect.name, dialect])),
    tenants: new Set(settings.tenants.map(({ id }) => id)),
    dialect: options.dialect,
    tenant: options.tenant,
    dryRun,
  };
  return await withRecords(settings, async (records) => {
    const report = await importKeys(rows, plan, { records, clock });
    const { imported, unchanged, rejected } = report;
    if (!dryRun && imported > 0)
      await auditKey(records, 'keys.import', file, { imported, unchanged, rejected });
    return report;
  });
}

async function list(options: CommonOptions): Promise<void> {
  if (options.admin !== undefined) {
    printKeys(options, await createAdminClient(options.admin).askAll<ShownKey>('/keys?limit=1000', 'after'));
    return;
  }
  const all = await withRecords(await settingsOf(options), async (records) => {
    const found: ShownKey[] = [];
    for await (const { id, credential } of createStoredCredentials({ records, clock }).list()) {
      found.push(describeKey(id, credential));
    }
    return found;
  });
  printKeys(options, all);
}

async function revoke(id: string, options: CommonOptions): Promise<void> {
  if (options.admin !== undefined)
    await createAdminClient(options.admin).ask('DELETE', `/keys/${encodeURIComponent(id)}`);
  else
    await withRecords(await settingsOf(options), async (records) => {
      const outcome = await createStoredCredentials({ records, clock }).revoke(id);
      if (outcome === 'unknown') throw new Error(`there is no credential ${id}`);
      await auditKey(records, 'keys.revoke', id);
    });
  process.stdout.write(options.json ? `${JSON.stringify({ id, revoked: true })}\n` : `${id} is revoked\n`);
}

async function hash({ md5 = false }: { readonly md5?: boolean }): Promise<void> {
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new Error('there is no password on standard input');
  process.stdout.write(`${await hashArgon2id(encodeForWire(password, md5 ? 'md5-hex' : 'none'))}\n`);
}

function settingsOf({ config, dataDir }: CommonOptions): Promise<LoadedSettings> {
  return loadSettings({ overrides: { file: config, dataDir } });
}

async function withRecords<T>(settings: Settings, work: (records: RecordStore) => Promise<T>): Promise<T> {
  const store = await openStore(settings);
  try {
    await startStore(store, { begin: false });
    return await work(store.records);
  } finally {
    await store.stop();
  }
}

/** A key with its secret, which is shown only this once. */
type MadeKey = ShownKey & { readonly secret: string };

/** Prints one key as lines and a list as a table; JSON where it is asked for. */
function printKeys({ json = false }: CommonOptions, shown: readonly ShownKey[] | MadeKey): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(shown)}\n`);
  } else if ('secret' in shown) {
    const facts = Object.entries(shown).filter(([, fact]) => fact !== undefined);
    process.stdout.write(facts.map(([name, fact]) => `${name.padEnd(9)} ${wordOf(fact)}\n`).join(''));
  } else {
    process.stdout.write(formatTable(COLUMNS, shown));
  }
}

const COLUMNS = (
  ['id', 'label', 'kind', 'dialect', 'tenant', 'scopes', 'subject', 'createdAt', 'expiresAt'] as const
).map((heading) => ({ heading, value: (key: ShownKey) => wordOf(key[heading]) }));

function wordOf(fact: string | readonly string[] | undefined): string {
  if (fact === undefined) return '-';
  return typeof fact === 'string' ? fact : fact.join(',');
}

async function auditKey(records: RecordStore, action: string, target: string, after?: Json): Promise<void> {
  await createAuditLog({ records, clock }).append({
    actor: commandActor(),
    action,
    target,
    ...(after === undefined ? {} : { after }),
    result: 'done',
  });
}

function withCommonOptions(command: Command): Command {
  return command
    .option('--config <file>', 'settings file (or POLYFACE_CONFIG)')
    .option('--data-dir <folder>', 'folder of the embedded store (or POLYFACE_DATA_DIR)')
    .addOption(adminOption())
    .option('--json', 'print JSON on standard output');
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
