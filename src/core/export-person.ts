import type { Person } from '../domain/index.ts';

/** A person as an export prints them. An import ignores `formerly`, `key` and `version`. */
export function exportPerson({ id, aliases, identifiers, profile, formerly, key, version }: Person) {
  return { id, aliases, identifiers, profile, formerly, key, version };
}
