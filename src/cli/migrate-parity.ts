import { describeParity, listDifferences } from '../migration/parity/describe-parity.ts';
import { askOverAdmin } from './migrate-over-admin.ts';
import { printFacts } from './print-facts.ts';
import { type MigrationOptions, withMigration } from './with-migration.ts';

/** `polyface migrate parity`: shows how alike the answers of both sides are. */
export async function showParity({
  differences = false,
  ...options
}: MigrationOptions & { readonly differences?: boolean }): Promise<void> {
  const { admin } = options;
  const facts =
    admin === undefined
      ? await withMigration(options, async ({ at, core }) => ({
          ...(await describeParity(core.records, at.name)),
          ...(differences ? { differences: await listDifferences(core.records, at.name) } : {}),
        }))
      : await parityOverAdmin({ ...options, admin }, differences);
  printFacts(facts, options);
}

async function parityOverAdmin(
  options: MigrationOptions & { readonly admin: string },
  differences: boolean,
): Promise<object> {
  const parity = await askOverAdmin<object>('parity', options);
  if (!differences) return parity;
  const { items } = await askOverAdmin<{ readonly items: readonly object[] }>('differences', options);
  return { ...parity, differences: items };
}
