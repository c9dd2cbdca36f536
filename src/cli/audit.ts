import { Command } from 'commander';
import { describeEntry, type ShownEntry } from '../audit/audit-entry.ts';
import { type AuditVerdict, createAuditLog } from '../audit/audit-log.ts';
import { type AdminClient, adminOption, createAdminClient } from './admin-client.ts';
import { type MaintenanceOptions, storeCommand, withStore } from './maintenance-command.ts';
import { positiveCount } from './positive-numbers.ts';
import { formatTable, type PrintedColumn } from './print-table.ts';

interface AuditOptions extends MaintenanceOptions {
  readonly admin?: string;
}

/** One page of the API's list, newest first; `next` begins the page of older entries. */
interface AuditPage {
  readonly items: readonly ShownEntry[];
  readonly next?: number;
}

const clock = { nowMs: () => Date.now() };
const PAGE = 200;

/** `polyface audit`: reads and checks the log of what operators did. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('read and check the log of what operators did')
    .addCommand(
      storeCommand('list')
        .description('the newest entries')
        .addOption(adminOption())
        .option('--limit <n>', 'how many', positiveCount, 50)
        .action(list),
    )
    .addCommand(
      storeCommand('verify')
        .description('follow the chain of digests; exit code 1 where it is broken')
        .addOption(adminOption())
        .action(verify),
    )
    .addCommand(
      storeCommand('export')
        .description('every entry, oldest first, one JSON object a line')
        .addOption(adminOption())
        .action(exportEntries),
    );
}

async function list({
  limit,
  json = false,
  admin,
  ...options
}: AuditOptions & { readonly limit: number }): Promise<void> {
  const entries =
    admin === undefined
      ? (await withStore(options, ({ records }) => createAuditLog({ records, clock }).list({ limit }))).map(
          describeEntry,
        )
      : await newestEntries(createAdminClient(admin), limit);
  process.stdout.write(json ? `${JSON.stringify(entries)}\n` : formatTable(COLUMNS, entries));
}

async function newestEntries(client: AdminClient, limit: number): Promise<readonly ShownEntry[]> {
  const found: ShownEntry[] = [];
  let before: number | undefined;
  while (found.length < limit) {
    const page = await client.ask<AuditPage>(
      'GET',
      `/audit?limit=${Math.min(PAGE, limit - found.length)}${before === undefined ? '' : `&before=${before}`}`,
    );
    found.push(...page.items);
    if (page.next === undefined) break;
    before = page.next;
  }
  return found;
}

async function verify({ json = false, admin, ...options }: AuditOptions): Promise<void> {
  const verdict =
    admin === undefined
      ? await withStore(options, ({ records }) => createAuditLog({ records, clock }).verify())
      : await createAdminClient(admin).ask<AuditVerdict>('GET', '/audit/verify');
  const words = verdict.intact
    ? `the chain is intact: ${verdict.entries} entries`
    : `the chain is broken at entry ${verdict.sequence}: it is ${verdict.why}`;
  process.stdout.write(json ? `${JSON.stringify(verdict)}\n` : `${words}\n`);
  if (!verdict.intact) process.exitCode = 1;
}

async function exportEntries({ admin, ...options }: AuditOptions): Promise<void> {
  // Entries are printed as stored, so that the digests of an export can be checked.
  const print = (entry: object) => process.stdout.write(`${JSON.stringify(entry)}\n`);
  if (admin !== undefined) {
    const entries = await newestEntries(createAdminClient(admin), Number.POSITIVE_INFINITY);
    for (const { at, ...entry } of [...entries].reverse()) print({ ...entry, atMs: Date.parse(at) });
    return;
  }
  await withStore(options, async ({ records }) => {
    for await (const entry of createAuditLog({ records, clock }).entries()) print(entry);
  });
}

const COLUMNS: readonly PrintedColumn<ShownEntry>[] = [
  { heading: '#', value: ({ sequence }) => String(sequence) },
  { heading: 'when', value: ({ at }) => at.slice(0, 19) },
  { heading: 'who', value: ({ actor }) => actor },
  { heading: 'what', value: ({ action }) => action },
  { heading: 'on', value: ({ target }) => target },
  { heading: 'result', value: ({ result }) => result },
  { heading: 'why', value: ({ reason }) => reason ?? '' },
];
