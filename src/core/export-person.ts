import type { Person } from '../domain/index.ts';

/** A person as an export prints them, and as an import reads them. */
export function exportPerson({ id, aliases, identifiers, profile, formerly, key, version }: Person) {
  return { id, aliases, identifiers, profile, formerly, key, version };
}
