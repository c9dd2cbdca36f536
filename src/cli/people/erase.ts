import type { Command } from 'commander';
import { ERASE_GRACE_SECONDS, erasePerson } from '../../core/erase-person.ts';
import { signingKeys } from '../../settings/signing-keys.ts';
import { confirm } from './confirm.ts';
import { auditPeople, changeCommand, type PersonOptions, withPeople } from './people-command.ts';
import { eraseOverAdmin } from './people-over-admin.ts';
import { withPeopleParts } from './people-parts.ts';

/** `polyface people erase`: erases a person's data. */
export function eraseCommand(): Command {
  return changeCommand('erase')
    .description('remove a person, every picture and every note of them; prints a signed receipt')
    .argument('<id>')
    .option('--yes', 'do not ask')
    .action(erase);
}

async function erase(id: string, options: PersonOptions & { readonly yes?: boolean }): Promise<void> {
  if (options.admin !== undefined) return eraseOverAdmin(id, { ...options, admin: options.admin });
  await withPeople(options, (opened) =>
    withPeopleParts(opened, async (parts) => {
      const { settings, tenant } = opened;
      const person = await opened.registry.read(tenant, id);
      await confirm(`Erase ${id} and all of their pictures? Nothing brings them back.`, options);
      const [signingKey] = await signingKeys(settings.downloads.keys, settings.dataDir);
      if (!signingKey) throw new Error('there is no key to sign the receipt with');
      const receipt = await erasePerson(
        parts,
        tenant,
        id,
        { graceSeconds: ERASE_GRACE_SECONDS, signingKey },
        person && { kind: 'versions', versions: [person.version] },
      );
      await auditPeople(opened, 'people.erase', person?.key ?? 'unknown', options);
      process.stdout.write(`${JSON.stringify(receipt)}\n`);
    }),
  );
}
