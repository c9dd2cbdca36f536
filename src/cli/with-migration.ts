import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { createBackgroundWork } from '../core/background-work.ts';
import type { CoreParts } from '../core/core-parts.ts';
import { createCommandExecutor } from '../core/execute-commands.ts';
import { recordKey } from '../core/storage-keys.ts';
import { subjectKey } from '../core/subject-key.ts';
import { createSettingsDirectory } from '../directory/settings-directory.ts';
import { loadDialects } from '../gateway/dialect-registry.ts';
import { createDownloadLinks } from '../gateway/downloads/download-links.ts';
import { createPictureComparer } from '../imaging/compare-pictures.ts';
import { createImaging } from '../imaging/imaging.ts';
import { createMigration } from '../migration/create-migration.ts';
import type { OperatedBackend } from '../migration/operate/operated-backend.ts';
import { loadSettings } from '../settings/load-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { createSpool } from '../spool/spool-folder.ts';
import { openStore } from '../store/open-store.ts';

/** Options that name a migration. */
export interface MigrationOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly tenant?: string;
  readonly dialect: string;
}

/** Adds those options to a command. */
export function withMigrationOptions(command: Command): Command {
  return command
    .option('--config <file>', 'settings file (or POLYFACE_CONFIG)')
    .option('--data-dir <folder>', 'folder of the embedded store (or POLYFACE_DATA_DIR)')
    .option('--tenant <id>', 'tenant; may be left out where only one has a backend behind the dialect')
    .addOption(new Option('--dialect <name>', 'the dialect that the clients speak').makeOptionMandatory());
}

/**
 * Opens the settings' store and the named migration for the length of the work. An interrupt aborts the signal, so that the work can save
 * its place.
 */
export async function withMigration<T>(
  options: MigrationOptions,
  work: (operated: OperatedBackend, interrupted: AbortSignal) => Promise<T>,
): Promise<T> {
  const settings = await loadSettings({ overrides: { file: options.config, dataDir: options.dataDir } });
  const { migration: section } = settings;
  if (!section) throw new Error('the settings have no migration section');
  const store = await openStore(settings);
  const scratchDir = join(settings.dataDir, 'scratch');
  const imaging = createImaging({ ...settings.imaging, workers: 1, scratchDir });
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await store.start();
    await imaging.start();
    const core = coreParts(settings, store, imaging);
    const migration = createMigration({
      settings: section,
      dialects: await loadDialects(settings),
      core,
      executor: createCommandExecutor(core),
      comparer: createPictureComparer(imaging),
      dataDir: settings.dataDir,
      memoryBytes: settings.limits.spoolMemoryBytes,
      log: { info: () => {} },
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
      await Promise.all(migration.backends.map(({ connection }) => connection.stop()));
    }
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await imaging.stop(5);
    await store.stop();
  }
}

function coreParts(
  settings: Settings,
  { objects, records }: Awaited<ReturnType<typeof openStore>>,
  imaging: ReturnType<typeof createImaging>,
): CoreParts {
  const clock = { nowMs: () => Date.now() };
  const warn = (message: string, cause: unknown) => {
    process.stderr.write(`${message}: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  };
  return {
    directory: createSettingsDirectory({ tenants: settings.tenants, subjectKey, recordKey, records }),
    objects,
    records,
    imaging,
    spool: createSpool({
      folder: join(settings.dataDir, 'spool'),
      memoryBytes: settings.limits.spoolMemoryBytes,
    }),
    // Nothing that a command prints is signed.
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
