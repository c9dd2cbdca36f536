import { Command } from 'commander';
import { checkAgainstDialects } from '../gateway/check-against-dialects.ts';
import { loadDialects } from '../gateway/dialect-registry.ts';
import { loadSettings } from '../settings/load-settings.ts';
import { SettingsError } from '../settings/settings-error.ts';
import { describeFault, refuseFaults } from '../settings/settings-fault.ts';

interface CheckOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** The findings of `polyface check`. */
interface CheckReport {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  /** Environment variables that the settings name and that are not set here. */
  readonly unset: readonly string[];
}

/**
 * `polyface check`: reports every fault of the settings that a start would refuse, without a start. Exit code
 * 1 where there is a fault.
 */
export function checkCommand(): Command {
  return new Command('check')
    .description(
      'check the settings and the dialects that they name, without starting; secrets may be missing',
    )
    .option('--config <file>', 'settings file (or POLYFACE_CONFIG)')
    .option('--json', 'print the report as JSON on standard output')
    .action(async ({ config, json }: CheckOptions) => {
      const report = await checkSettings(config);
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : describeReport(report));
      if (report.faults.length > 0) process.exitCode = 1;
    });
}

async function checkSettings(file: string | undefined): Promise<CheckReport> {
  try {
    const settings = await loadSettings({ overrides: { file }, allowUnset: true });
    const { faults, warnings } = checkAgainstDialects(settings, await loadDialects(settings));
    refuseFaults(faults, settings.places);
    return {
      faults: [],
      warnings: warnings.map((warning) => describeFault(warning, settings.places)),
      unset: settings.unset,
    };
  } catch (cause) {
    if (!(cause instanceof SettingsError)) throw cause;
    return { faults: cause.message.split('\n'), warnings: [], unset: [] };
  }
}

function describeReport({ faults, warnings, unset }: CheckReport): string {
  const lines = [
    ...faults,
    ...warnings.map((warning) => `warning: ${warning}`),
    ...(unset.length > 0 ? [`not set here, so not checked: ${unset.join(', ')}`] : []),
    faults.length > 0 ? `${faults.length} fault${faults.length > 1 ? 's' : ''}` : 'the settings are valid',
  ];
  return `${lines.join('\n')}\n`;
}
