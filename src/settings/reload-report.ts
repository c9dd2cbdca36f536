import type { SettingsChange } from './compare-settings.ts';

/** Who asks for a reload, and whether it only reports the difference. */
export interface ReloadOrder {
  /** For the audit log, such as `signal:SIGHUP`. */
  readonly actor: string;
  readonly reason?: string;
  /** Reports what would change, and changes nothing. */
  readonly dryRun?: boolean;
}

/** What a reload did, or would do. */
export interface ReloadReport {
  readonly outcome: 'applied' | 'unchanged' | 'would-apply' | 'refused';
  /** The revision of the settings that are in effect now. */
  readonly revision: string;
  readonly changes: readonly SettingsChange[];
  /** Changed settings that only a restart brings into effect. Where there is one, nothing is changed. */
  readonly needsRestart: readonly string[];
}
