import type { Command } from 'commander';
import { removePictures } from '../../core/erase-person.ts';
import { checkPeople } from '../../maintenance/check-people.ts';
import { confirm } from './confirm.ts';
import { type PeopleOptions, peopleCommand, print, withPeople } from './people-command.ts';

interface CheckOptions extends PeopleOptions {
  readonly removeOrphans?: boolean;
  readonly yes?: boolean;
}

/**
 * `polyface people check`: reports people and names that do not fit together. Exits 2 where there are any.
 */
export function checkCommand(): Command {
  return peopleCommand('check')
    .description(
      'find names that lead nowhere, identifiers that two people share, and pictures without a person',
    )
    .option('--remove-orphans', 'remove the pictures of people whom no directory knows')
    .option('--yes', 'do not ask')
    .action(check);
}

async function check(options: CheckOptions): Promise<void> {
  const found = await withPeople(options, async ({ registry, directory, store, tenant }) => {
    const { records, objects } = store;
    const findings = await checkPeople({ registry, directory, records }, tenant);
    const { orphans } = findings;
    if (!options.removeOrphans || orphans.length === 0) return { ...findings, removed: 0 };
    await confirm(`Remove the pictures of ${orphans.length} people whom no directory knows?`, options);
    const clock = { nowMs: () => Date.now() };
    for (const { key } of orphans) await removePictures({ records, objects, clock }, tenant, key);
    return { ...findings, removed: orphans.length };
  });
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
