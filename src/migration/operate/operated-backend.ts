import type { CoreParts } from '../../core/core-parts.ts';
import type { Subject } from '../../domain/index.ts';
import type { MigrationAtBackend } from '../requests/migration-at-backend.ts';

/** One migration, for the commands that operate it. */
export interface OperatedBackend {
  readonly at: MigrationAtBackend;
  readonly core: CoreParts;
}

/** The same for a run over a list; see `pacedReplica`. */
export function pacedFor(operated: OperatedBackend, signal: AbortSignal): OperatedBackend {
  const { at } = operated;
  return { ...operated, at: { ...at, replica: at.pacedReplica(signal) } };
}

/** How many ids are looked up at once. A directory may be a remote service with limits of its own. */
const LOOKED_UP_AT_ONCE = 100;

/** The subjects behind ids in the clients' dialect, in order. Ids that lead to no person are left out. */
export async function subjectsNamed(
  { at, core }: OperatedBackend,
  ids: readonly string[],
): Promise<Subject[]> {
  const found: (Subject | undefined)[] = [];
  for (let first = 0; first < ids.length; first += LOOKED_UP_AT_ONCE) {
    const some = ids.slice(first, first + LOOKED_UP_AT_ONCE);
    found.push(
      ...(await Promise.all(some.map((id) => core.directory.byAlias(at.name.tenant, at.name.dialect, id)))),
    );
  }
  return found.filter((subject): subject is Subject => subject !== undefined);
}
