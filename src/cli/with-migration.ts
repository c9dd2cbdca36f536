import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { AuditEvent } from '../audit/audit-entry.ts';
import { createAuditLog } from '../audit/audit-log.ts';
import { createBackgroundWork } from '../core/background-work.ts';
import { createCore } from '../core/core.ts';
import type { CoreParts } from '../core/core-parts.ts';
import { recordKey } from '../core/storage-keys.ts';
import { subjectKey } from '../core/subject-key.ts';
import { loadDialects } from '../gateway/dialect-registry.ts';
import { createDownloadLinks } from '../gateway/downloads/download-links.ts';
import { createPictureComparer } from '../imaging/compare-pictures.ts';
import { createImaging } from '../imaging/imaging.ts';
import { startStore } from '../maintenance/start-store.ts';
import { createMigration } from '../migration/create-migration.ts';
import type { OperatedBackend } from '../migration/operate/operated-backend.ts';
import { openPeople, type People } from '../people/open-people.ts';
import { loadSettings } from '../settings/load-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { openStore } from '../store/open-store.ts';
import { createSpool } from '../temporary-files/spool.ts';
import { createTemporaryFiles } from '../temporary-files/temporary-files.ts';
import { adminOption } from './admin-client.ts';
import { commandActor } from './command-actor.ts';

/** Options that name a migration. */
export interface MigrationOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly tenant?: string;
  readonly dialect: string;
  readonly admin?: string;
  readonly json?: boolean;
}

/** Adds those options to a command. */
export function withMigrationOptions(command: Command): Command {
  return command
    .option('--config <file>', 'settings file (or POLYFACE_CONFIG)')
    .option('--data-dir <folder>', 'folder of the embedded store (or POLYFACE_DATA_DIR)')
    .option('--tenant <id>', 'tenant; may be left out where only one has a backend behind the dialect')
    .addOption(new Option('--dialect <name>', 'the dialect that the clients speak').makeOptionMandatory())
    .addOption(adminOption())
    .option('--json', 'print JSON also on a terminal; a pipe always gets JSON');
}

/** Writes the audit entry of a change of a migration, with its reason. */
export async function auditMigration(
  { at, core }: OperatedBackend,
  event: Omit<AuditEvent, 'actor' | 'target'>,
): Promise<void> {
  await createAuditLog({ records: core.records, clock: core.clock }).append({
    actor: commandActor(),
    target: `${at.name.tenant}/${at.name.dialect}`,
    ...event,
  });
}

/**
 * Opens the settings' store and the named migration while the work runs. An interrupt aborts the signal, so
 * that the work can save its progress.
 */
export async function withMigration<T>(
  options: MigrationOptions,
  work: (operated: OperatedBackend, interrupted: AbortSignal) => Promise<T>,
): Promise<T> {
  if (options.admin !== undefined)
    throw new Error('this command works on the store itself: leave --admin (POLYFACE_ADMIN) out');
  const settings = await loadSettings({ overrides: { file: options.config, dataDir: options.dataDir } });
  const { migration: section } = settings;
  if (!section) throw new Error('the settings have no migration section');
  const store = await openStore(settings);
  const scratchDir = join(settings.dataDir, 'spool');
  const imaging = createImaging({ ...settings.imaging, scratchDir });
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await startStore(store, { begin: false });
    await imaging.start();
    const people = peopleOf(settings, store);
    const core = coreParts(settings, store, imaging, people);
    const migration = createMigration({
      settings: section,
      dialects: await loadDialects(settings),
      core,
      executor: createCore(core),
      comparer: createPictureComparer(imaging),
      temporaryFiles: createTemporaryFiles(join(settings.dataDir, 'spool')),
      memoryBytes: settings.limits.spoolMemoryBytes,
      log: { info: () => {} },
      registryOfPeople: people.registry,
      paced: true,
    });
    const found = migration.backends.filter(
      ({ name }) =>
        name.dialect === options.dialect && (options.tenant === undefined || name.tenant === options.tenant),
    );
    const [at] = found;
    if (!at) throw new Error(`the settings name no backend behind ${options.dialect}`);
    if (found.length > 1)
      throw new Error('several tenants have a backend behind this dialect: name one with --tenant');
    try {
      return await work({ at, core }, interrupt.signal);
    } finally {
      await core.background.settle();
      await at.learner.settle();
      await Promise.all(migration.backends.map(({ connection }) => connection.stop()));
    }
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await imaging.stop(5);
    await store.stop();
  }
}

function peopleOf(settings: Settings, { records }: Awaited<ReturnType<typeof openStore>>): People {
  const warn = (message: string) => void process.stderr.write(`${message}\n`);
  return openPeople({ settings, records, subjectKey, recordKey, warn });
}

/** The parts of the core for a command, which lists, copies and erases but serves no requests. */
export function coreParts(
  settings: Settings,
  { objects, records }: Awaited<ReturnType<typeof openStore>>,
  imaging: ReturnType<typeof createImaging>,
  { directory }: Pick<People, 'directory'>,
): CoreParts {
  const clock = { nowMs: () => Date.now() };
  const warn = (message: string, cause: unknown) => {
    process.stderr.write(`${message}: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  };
  return {
    directory,
    objects,
    records,
    imaging,
    spool: createSpool({
      folder: join(settings.dataDir, 'spool'),
      memoryBytes: settings.limits.spoolMemoryBytes,
    }),
    // A command prints no signed addresses.
    links: createDownloadLinks({
      keys: [{ id: 'none', secret: randomBytes(32).toString('hex') }],
      objects,
      mode: 'gateway',
      clock,
    }),
    tokens: { issue: () => Promise.reject(new Error('commands issue no tokens')) },
    clock,
    ids: { newId: () => randomBytes(16).toString('hex') },
    background: createBackgroundWork(warn),
    warn,
  };
}
