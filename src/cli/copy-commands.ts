import { resolve } from 'node:path';
import { Command } from 'commander';
import { type CopyReport, copyStore } from '../maintenance/copy-store.ts';
import { startStore } from '../maintenance/start-store.ts';
import { type LoadedSettings, loadSettings } from '../settings/load-settings.ts';
import { createFilesystemStore } from '../store/filesystem/filesystem-store.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { refuseAdmin } from './admin-client.ts';

interface SettingsOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
}

/**
 * `polyface backup`: copies the store of the settings into a folder, while gateways run. A second run brings
 * the folder up to date.
 */
export function backupCommand(): Command {
  return withSettings(new Command('backup'))
    .description('copy the store into a folder, verifying each body’s digest; safe while gateways run')
    .requiredOption('--to <folder>', 'the backup: a new folder, or an earlier backup of this store')
    .action(async (options: SettingsOptions & { readonly to: string }) => {
      const from = await openStore(await settingsOf(options));
      await copy(options, from, createFilesystemStore({ folder: resolve(options.to) }), true);
    });
}

/** `polyface restore`: copies a backup into the store of the settings, which must be new. */
export function restoreCommand(): Command {
  return withSettings(new Command('restore'))
    .description('fill the new store of the settings from a backup; no gateway runs on it meanwhile')
    .requiredOption('--from <folder>', 'the backup')
    .action(async (options: SettingsOptions & { readonly from: string }) => {
      const to = await openStore(await settingsOf(options));
      await copy(options, createFilesystemStore({ folder: resolve(options.from) }), to, false);
    });
}

/** `polyface copy`: copies one store into another, of any kind. */
export function copyCommand(): Command {
  return refuseAdmin(new Command('copy'), WORKS_ON_STORES)
    .description('copy the store of one settings file into the new store of another, of any kind')
    .requiredOption('--from <settings>', 'settings file of the present store')
    .requiredOption('--to <settings>', 'settings file of the new store')
    .option('--json', 'print the report as JSON on standard output')
    .action(async (options: { readonly from: string; readonly to: string; readonly json?: boolean }) => {
      const [from, to] = await Promise.all([options.from, options.to].map(storeOfFile));
      if (from && to) await copy(options, from, to, false);
    });
}

const WORKS_ON_STORES = 'this command copies whole stores, which it opens itself';

function withSettings(command: Command): Command {
  return refuseAdmin(command, WORKS_ON_STORES)
    .option('--config <file>', 'settings file (or POLYFACE_CONFIG)')
    .option('--data-dir <folder>', 'folder of the embedded store (or POLYFACE_DATA_DIR)')
    .option('--json', 'print the report as JSON on standard output');
}

function settingsOf({ config, dataDir }: SettingsOptions): Promise<LoadedSettings> {
  return loadSettings({ overrides: { file: config, dataDir } });
}

async function storeOfFile(file: string): Promise<Store> {
  return await openStore(await loadSettings({ overrides: { file } }));
}

async function copy(
  { json = false }: { readonly json?: boolean },
  from: Store,
  to: Store,
  keepForUpdates: boolean,
): Promise<void> {
  const interrupt = new AbortController();
  const stop = () => interrupt.abort(new Error('interrupted; the next run goes on with what is missing'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await startStore(from, { begin: false });
    await startStore(to, { begin: true });
    const report = await copyStore(from, to, {
      keepForUpdates,
      signal: interrupt.signal,
      onProgress: (soFar) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${describeReport(soFar)}`);
      },
    });
    if (process.stderr.isTTY) process.stderr.write('\r');
    process.stdout.write(
      `${json ? JSON.stringify(report) : [describeReport(report), ...report.damaged].join('\n')}\n`,
    );
    if (report.damaged.length > 0) process.exitCode = 1;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await Promise.all([from.stop(), to.stop()]);
  }
}

function describeReport({ records, bodies, bytes, removed, damaged }: CopyReport): string {
  return `${records} records, ${bodies} bodies (${bytes} bytes) copied, ${removed} removed, ${damaged.length} damaged`;
}
