import { Command } from 'commander';
import type { RecentRequest } from '../admin/recent-requests.ts';
import { adminOption, createAdminClient } from './admin-client.ts';
import { positiveCount } from './positive-numbers.ts';
import { formatTable, type PrintedColumn } from './print-table.ts';

interface RequestsOptions {
  readonly admin?: string;
  readonly limit: number;
  readonly json?: boolean;
}

const FILTERS = [
  ['dialect', 'of one dialect'],
  ['operation', 'of one operation'],
  ['tenant', 'of one tenant'],
  ['credential', 'of one credential'],
  ['subject', "about one person, by the person's key"],
  ['problem', 'refused for one problem, e.g. file-too-large'],
  ['status', '2xx, 4xx, 5xx or one status'],
  ['id', 'of one request id or trace id'],
] as const;

/** `polyface requests`: lists the latest requests to a running gateway, and why any were refused. */
export function requestsCommand(): Command {
  const command = new Command('requests')
    .description(
      'the latest requests of a running gateway, without bodies, queries, secrets or personal data',
    )
    .addOption(adminOption())
    .option('--limit <n>', 'how many', positiveCount, 50)
    .option('--json', 'print JSON on standard output');
  for (const [name, description] of FILTERS) command.option(`--${name} <value>`, description);
  return command.action(requests);
}

async function requests({
  admin,
  limit,
  json = false,
  ...filters
}: RequestsOptions & Readonly<Record<string, unknown>>): Promise<void> {
  if (admin === undefined)
    throw new Error('name the admin port of the gateway with --admin <url> or POLYFACE_ADMIN');
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries(filters)) if (typeof value === 'string') query.set(name, value);
  const { items } = await createAdminClient(admin).ask<{ items: RecentRequest[] }>(
    'GET',
    `/requests?${query}`,
  );
  process.stdout.write(json ? `${JSON.stringify(items)}\n` : formatTable(COLUMNS, items));
}

const COLUMNS: readonly PrintedColumn<RecentRequest>[] = [
  { heading: 'when', value: ({ endedAtMs }) => new Date(endedAtMs).toISOString().slice(0, 19) },
  { heading: 'status', value: ({ status }) => String(status) },
  {
    heading: 'request',
    value: ({ method, route, operationId }) => operationId ?? `${method} ${route ?? '-'}`,
  },
  { heading: 'dialect', value: ({ dialect }) => dialect ?? '-' },
  { heading: 'credential', value: ({ credentialId }) => credentialId ?? '-' },
  { heading: 'person', value: ({ subjectKey }) => subjectKey?.slice(0, 12) ?? '-' },
  { heading: 'ms', value: ({ durationMs }) => String(durationMs) },
  { heading: 'id', value: ({ requestId }) => requestId },
  { heading: 'why refused', value: ({ detail, problem }) => detail ?? problem ?? '' },
];
