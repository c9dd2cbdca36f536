import type { Command } from 'commander';
import type { Job } from '../../admin/jobs.ts';
import { removePictures } from '../../core/erase-person.ts';
import { checkPeople, type PeopleFindings } from '../../maintenance/check-people.ts';
import { resultOf, startJob } from '../job-over-admin.ts';
import { confirm } from './confirm.ts';
import { auditPeople, type GatewayOptions, gatewayCommand, print, withPeople } from './people-command.ts';
import { openTenant } from './people-over-admin.ts';

interface CheckOptions extends GatewayOptions {
  readonly removeOrphans?: boolean;
  readonly yes?: boolean;
}

type Found = PeopleFindings & { readonly removed: number };

/** What a gateway's check has found; of each kind it lists the first ten thousand. */
type GatewayFindings = PeopleFindings & {
  readonly found: Readonly<Record<'lost' | 'shared' | 'orphans', number>>;
};

/**
 * `polyface people check`: reports people and names that do not fit together. Exits 2 where there are any.
 */
export function checkCommand(): Command {
  return gatewayCommand('check')
    .description(
      'find names that lead nowhere, identifiers that two people share, and pictures without a person',
    )
    .option('--remove-orphans', 'remove the pictures of people whom no directory knows')
    .option('--yes', 'do not ask')
    .action(check);
}

async function check(options: CheckOptions): Promise<void> {
  const { admin } = options;
  const found = admin === undefined ? await checkHere(options) : await checkOverAdmin({ ...options, admin });
  const { people, lost, shared, orphans, removed } = found;
  print(
    options,
    found,
    [
      `${people} people, ${lost.length} names that lead elsewhere, ${shared.length} shared identifiers, ${orphans.length} records without a person`,
      ...lost.map(({ id, pointer }) => `${id}: ${pointer} does not lead to them`),
      ...shared.map(
        ({ identifier, ids }) => `${ids.join(' and ')} share ${identifier}, so it finds neither of them`,
      ),
      ...orphans.map(
        ({ key, subjectId, pictures }) =>
          `${pictures} pictures of ${subjectId || key}, whom no directory knows`,
      ),
    ].join('\n'),
  );
  if (lost.length + shared.length + orphans.length - removed > 0) process.exitCode = 2;
}

async function checkHere(options: CheckOptions): Promise<Found> {
  return await withPeople(options, async (opened) => {
    const { registry, directory, store, tenant } = opened;
    const { records, objects } = store;
    const findings = await checkPeople({ registry, directory, records }, tenant);
    const { orphans } = findings;
    if (!(await isRemovalWanted(findings, options))) return { ...findings, removed: 0 };
    const clock = { nowMs: () => Date.now() };
    for (const { key } of orphans) await removePictures({ records, objects, clock }, tenant, key);
    const removed = orphans.length;
    await auditPeople(opened, 'people.remove-orphans', '*', { after: { removed } });
    return { ...findings, removed };
  });
}

async function checkOverAdmin(options: CheckOptions & { readonly admin: string }): Promise<Found> {
  const { client, tenant } = await openTenant(options.admin, options.tenant);
  const order = { kind: 'people-check', tenant };
  const { found, ...findings } = resultOf(requireDone(await startJob(client, order))) as GatewayFindings;
  for (const [kind, count] of Object.entries(found)) {
    const listed = findings[kind as keyof typeof found].length;
    if (count > listed)
      process.stderr.write(
        `${count} ${kind}, of which ${listed} are listed: repair them, then check again\n`,
      );
  }
  if (!(await isRemovalWanted(findings, options))) return { ...findings, removed: 0 };
  const removeOrphans = findings.orphans.map(({ key }) => key);
  const job = requireDone(await startJob(client, { ...order, removeOrphans }));
  return { ...findings, ...(resultOf(job) as { readonly removed: number }) };
}

/** A check that ended early has found nothing that could be relied on. */
function requireDone(job: Job): Job {
  if (job.state === 'cancelled') throw new Error('the check was cancelled');
  return job;
}

async function isRemovalWanted({ orphans }: PeopleFindings, options: CheckOptions): Promise<boolean> {
  if (!options.removeOrphans || orphans.length === 0) return false;
  await confirm(`Remove the pictures of ${orphans.length} people whom no directory knows?`, options);
  return true;
}
