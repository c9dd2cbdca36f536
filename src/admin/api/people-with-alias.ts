import type { ServedSettings } from '../admin-parts.ts';

/**
 * The ids in a dialect of every person that the directory can list. A company's own user service cannot be
 * listed.
 */
export async function peopleWithAlias(
  { settings, people }: Pick<ServedSettings, 'settings' | 'people'>,
  tenant: string,
  dialect: string,
): Promise<readonly string[]> {
  const ids = new Set<string>();
  const listed = settings.tenants.find(({ id }) => id === tenant)?.subjects ?? [];
  for (const { aliases } of listed) if (aliases[dialect] !== undefined) ids.add(aliases[dialect]);
  for await (const { aliases } of people?.registry.list(tenant) ?? []) {
    if (aliases[dialect] !== undefined) ids.add(aliases[dialect]);
  }
  return [...ids];
}
