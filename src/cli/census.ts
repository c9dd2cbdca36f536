import type { Command } from 'commander';
import { describeUsage, type ShownUsage } from '../usage/usage-document.ts';
import { readUsage } from '../usage/usage-store.ts';
import { adminOption, createAdminClient } from './admin-client.ts';
import { type MaintenanceOptions, storeCommand, withStore } from './maintenance-command.ts';
import { formatTable, type PrintedColumn } from './print-table.ts';

interface CensusOptions extends MaintenanceOptions {
  readonly admin?: string;
  readonly deprecated?: boolean;
}

/** `polyface census`: who calls what, summed over all gateways and restarts. */
export function censusCommand(): Command {
  return storeCommand('census')
    .description('show who still calls what, summed over all gateways and restarts')
    .addOption(adminOption())
    .option('--deprecated', 'only operations that their document calls deprecated')
    .action(census);
}

async function census({ deprecated = false, json = false, admin, ...options }: CensusOptions): Promise<void> {
  const all =
    admin === undefined
      ? (await withStore(options, ({ records }) => readUsage(records))).map(describeUsage)
      : await createAdminClient(admin).askAll<ShownUsage>('/usage?limit=1000', 'offset');
  const rows = all
    .filter((row) => row.deprecated || !deprecated)
    .sort((a, b) => Number(b.deprecated) - Number(a.deprecated) || b.calls - a.calls);
  process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : formatTable(COLUMNS, rows));
}

const COLUMNS: readonly PrintedColumn<ShownUsage>[] = [
  { heading: 'operation', value: ({ dialect, operation }) => `${dialect} ${operation}` },
  { heading: '', value: ({ deprecated }) => (deprecated ? 'DEPRECATED' : '') },
  { heading: 'tenant', value: ({ tenant }) => tenant || '-' },
  { heading: 'credential', value: ({ credential }) => credential || '-' },
  { heading: 'client', value: ({ client }) => client },
  { heading: 'calls', value: ({ calls }) => String(calls) },
  { heading: 'refused', value: ({ refused }) => String(refused) },
  { heading: 'last call', value: ({ lastCallAt }) => lastCallAt.slice(0, 19) },
  {
    heading: 'fields',
    value: ({ fields }) =>
      Object.entries(fields)
        .map(([field, count]) => `${field} ${count}`)
        .join(', '),
  },
];
