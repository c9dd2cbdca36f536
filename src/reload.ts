import type { AuditLog } from './audit/audit-log.ts';
import type { BuiltCore } from './build-core.ts';
import { StoreError } from './domain/index.ts';
import { compareSettings, needsRestart } from './settings/compare-settings.ts';
import type { LoadedSettings } from './settings/load-settings.ts';
import type { ReloadOrder, ReloadReport } from './settings/reload-report.ts';
import { SettingsError } from './settings/settings-error.ts';

/** The parts that a reload works with. */
interface ReloadParts {
  readonly readSettings: (() => Promise<LoadedSettings>) | undefined;
  /** Whether a migration keeps using the dialects and people with which it began. */
  readonly migrates: boolean;
  readonly audit: AuditLog;
  readonly current: () => BuiltCore;
  readonly build: (settings: LoadedSettings) => Promise<BuiltCore>;
  readonly replace: (next: BuiltCore) => Promise<void>;
  readonly warn: (message: string, cause: unknown) => void;
}

/**
 * Creates the reload of one gateway. The file is read and checked as a whole, and everything is built, before
 * anything is replaced. Mistakes in the file reject as a `SettingsError`. A reload begins only after the one
 * before it has ended.
 */
export function createReload(parts: ReloadParts): (order: ReloadOrder) => Promise<ReloadReport> {
  let before: Promise<unknown> = Promise.resolve();
  return (order) => {
    const reloading = before.then(() => reloadOnce(parts, order));
    before = reloading.catch(() => {});
    return reloading;
  };
}

async function reloadOnce(
  { readSettings, migrates, audit, current, build, replace, warn }: ReloadParts,
  { actor, reason, dryRun = false }: ReloadOrder,
): Promise<ReloadReport> {
  if (!readSettings) throw new SettingsError('this gateway was not started from a settings file');
  const { settings, revision } = current();
  const event = {
    actor,
    action: 'settings.reload',
    target: 'settings',
    ...(reason === undefined ? {} : { reason }),
    before: { revision },
  };
  let built: BuiltCore;
  let report: Omit<ReloadReport, 'outcome'>;
  try {
    const next = await readSettings();
    const changes = compareSettings({ demo: false, ...settings }, next);
    const restart = needsRestart(changes, { migrates });
    report = { revision, changes, needsRestart: restart };
    if (restart.length > 0) {
      if (!dryRun) await audit.append({ ...event, result: 'refused' });
      return { ...report, outcome: 'refused' };
    }
    if (changes.length === 0) return { ...report, outcome: 'unchanged' };
    built = await buildAsTold(build, next);
    if (dryRun) return { ...report, outcome: 'would-apply' };
  } catch (cause) {
    if (!dryRun) await audit.append({ ...event, result: 'failed' });
    throw cause;
  }
  await replace(built);
  const after = { revision: built.revision, settings: report.changes.map(({ setting }) => setting) };
  // The new settings apply from here on, even where the store does not take the audit entry.
  await audit
    .append({ ...event, after, result: 'done' })
    .catch((cause: unknown) => warn('a reload took effect and could not be written to the audit log', cause));
  return { ...report, outcome: 'applied', revision: built.revision };
}

/** A dialect that cannot be built, e.g. from a folder with a mistake, is a fault of the settings. */
async function buildAsTold(build: ReloadParts['build'], settings: LoadedSettings): Promise<BuiltCore> {
  try {
    return await build(settings);
  } catch (cause) {
    if (cause instanceof SettingsError || cause instanceof StoreError) throw cause;
    throw new SettingsError(Error.isError(cause) ? cause.message : String(cause), { cause });
  }
}
