import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { startStore } from '../maintenance/start-store.ts';
import { type LoadedSettings, loadSettings } from '../settings/load-settings.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';

/** Options that every command on the store has. */
export interface MaintenanceOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly restart?: boolean;
}

/** A command that works on the store of the settings. */
export function storeCommand(name: string): Command {
  return new Command(name)
    .option('--config <file>', 'settings file (or POLYFACE_CONFIG)')
    .option('--data-dir <folder>', 'folder of the embedded store (or POLYFACE_DATA_DIR)')
    .option('--json', 'print the report as JSON on standard output');
}

/** A command on the store whose work can be interrupted. */
export function maintenanceCommand(name: string): Command {
  return storeCommand(name).option(
    '--restart',
    'begin anew instead of going on where an interrupted run stopped',
  );
}

/**
 * Opens the store of the settings while the work runs. An interrupt lets the work save its progress first.
 */
export async function withStore<T>(
  { config, dataDir }: MaintenanceOptions,
  work: (store: Store, settings: LoadedSettings, interrupted: AbortSignal) => Promise<T>,
): Promise<T> {
  const settings = await loadSettings({ overrides: { file: config, dataDir } });
  const store = await openStore(settings);
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await startStore(store, { begin: false });
    return await work(store, settings, interrupt.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await store.stop();
  }
}

/** A bar on standard error on a terminal, otherwise no output. */
export function progressBar(what: string): { show(fraction: number): void; end(): void } {
  const bar = new SingleBar({
    format: `${what} {bar} {percentage} % | {eta_formatted} left`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  if (process.stderr.isTTY) bar.start(1_000, 0);
  return {
    show: (fraction) => bar.update(Math.round(fraction * 1_000)),
    end: () => bar.stop(),
  };
}
