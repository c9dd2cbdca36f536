import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Clock, RecordStore } from '../domain/index.ts';
import { hashArgon2id } from '../gateway/credentials/argon2id.ts';
import { onTheWire } from '../gateway/credentials/secret-digest.ts';
import type { StoredCredential } from '../gateway/credentials/stored-credential.ts';
import { createStoredCredentials } from '../gateway/credentials/stored-credentials.ts';
import { loadDialects } from '../gateway/dialect-registry.ts';
import { unknownScope } from '../gateway/unknown-names.ts';
import { type LoadedSettings, loadSettings } from '../settings/load-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { openStore } from '../store/open-store.ts';
import { type KeyKind, keyKindFor } from './key-kind.ts';

interface CommonOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
}

interface CreateOptions extends CommonOptions {
  readonly dialect: string;
  readonly tenant: string;
  readonly scope: readonly string[];
  readonly subject?: string;
  readonly kind?: string;
  readonly expiresInDays?: number;
}

const clock: Clock = { nowMs: () => Date.now() };
const dayMs = 86_400_000;

/** `polyface keys`: credentials that running gateways honour, and forget, without a restart. */
export function keysCommand(): Command {
  const keys = new Command('keys').description('make, list and revoke credentials without a restart');
  withCommonOptions(keys.command('create'))
    .description('make a credential; its secret is shown this once')
    .requiredOption('--dialect <name>', 'the dialect that it is for')
    .requiredOption('--tenant <id>', 'the tenant that it belongs to')
    .addOption(
      new Option('--scope <scope>', 'what it may do; repeat for several')
        .argParser(collect)
        .default([], 'nothing that needs one'),
    )
    .option('--subject <id>', "the caller's own id in the dialect")
    .option('--kind <kind>', 'key, basic or client; by default the first that the dialect takes')
    .option('--expires-in-days <days>', 'when it ends by itself', positiveNumber)
    .action(create);
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
  const settings = await settingsOf(options);
  const { kind, passwordDigest } = await checkedPlan(settings, options);
  const { dialect, tenant, scope: scopes, subject, expiresInDays } = options;
  await withRecords(settings, async (records) => {
    const { id, credential, secret } = await createStoredCredentials({ records, clock }).create({
      kind,
      passwordDigest,
      tenant,
      dialect,
      scopes,
      ...(subject === undefined ? {} : { subject }),
      ...(expiresInDays === undefined ? {} : { expiresAtMs: clock.nowMs() + expiresInDays * dayMs }),
    });
    print(options, { ...shown(id, credential), secret });
    process.stderr.write('Keep the secret now: only its digest is stored.\n');
  });
}

async function list(options: CommonOptions): Promise<void> {
  await withRecords(await settingsOf(options), async (records) => {
    const all: ReturnType<typeof shown>[] = [];
    for await (const { id, credential } of createStoredCredentials({ records, clock }).list()) {
      all.push(shown(id, credential));
    }
    print(options, all);
  });
}

async function revoke(id: string, options: CommonOptions): Promise<void> {
  await withRecords(await settingsOf(options), async (records) => {
    const outcome = await createStoredCredentials({ records, clock }).revoke(id);
    if (outcome === 'unknown') throw new Error(`there is no credential ${id}`);
    print(options, { id, revoked: true });
  });
}

async function hash({ md5 = false }: { readonly md5?: boolean }): Promise<void> {
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new Error('there is no password on standard input');
  process.stdout.write(`${await hashArgon2id(onTheWire(password, md5 ? 'md5-hex' : 'none'))}\n`);
}

function settingsOf({ config, dataDir }: CommonOptions): Promise<LoadedSettings> {
  return loadSettings({ overrides: { file: config, dataDir } });
}

async function checkedPlan(
  settings: LoadedSettings,
  { dialect, tenant, kind, scope: scopes }: CreateOptions,
): Promise<KeyKind> {
  if (!settings.tenants.some(({ id }) => id === tenant))
    throw new Error(`the settings name no tenant ${tenant}`);
  const own = settings.dialects[dialect];
  if (!own) throw new Error(`the settings name no dialect ${dialect}`);
  const [loaded] = await loadDialects({ ...settings, dialects: { [dialect]: own } });
  if (!loaded) throw new Error(`the dialect ${dialect} was not loaded`);
  for (const scope of scopes) {
    const told = unknownScope(loaded.dialect, scope);
    if (told !== undefined) throw new Error(`--scope: ${told}`);
  }
  return keyKindFor(loaded.dialect.credentials, kind);
}

async function withRecords(settings: Settings, work: (records: RecordStore) => Promise<void>): Promise<void> {
  const store = await openStore(settings);
  await store.start();
  try {
    await work(store.records);
  } finally {
    await store.stop();
  }
}

/** As people read it: instants as text, nothing that helps to guess. */
function shown(id: string, credential: StoredCredential) {
  const { kind, tenant, dialect, scopes, subject, name, createdAtMs, expiresAtMs } = credential;
  return {
    id,
    kind,
    tenant,
    dialect,
    scopes,
    subject,
    name,
    created: new Date(createdAtMs).toISOString(),
    expires: expiresAtMs === undefined ? undefined : new Date(expiresAtMs).toISOString(),
  };
}

function print({ json = false }: CommonOptions, value: object): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(value)}\n`);
    return;
  }
  for (const entry of Array.isArray(value) ? value : [value]) {
    const words = Object.entries(entry)
      .filter(([, fact]) => fact !== undefined)
      .map(([name, fact]) => `${name}=${Array.isArray(fact) ? fact.join(',') : String(fact)}`);
    process.stdout.write(`${words.join('  ')}\n`);
  }
}

function withCommonOptions(command: Command): Command {
  return command
    .option('--config <file>', 'the settings file')
    .option('--data-dir <folder>', 'overrides the data folder of the settings')
    .option('--json', 'print JSON on standard output');
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

function positiveNumber(value: string): number {
  const number = Number(value);
  if (!(number > 0 && Number.isFinite(number)))
    throw new InvalidArgumentError('a positive number is expected');
  return number;
}
