import type { CoreParts } from '../core/core-parts.ts';
import { notePending } from './replicas/note-pending.ts';
import type { MigrationAtBackend } from './requests/migration-at-backend.ts';
import { loadCohorts, policyOf, rolloutsOf } from './stages/stage-record.ts';
import { readStage } from './stages/stage-store.ts';

/**
 * Where the local store is the truth, the backend has to get the merged pictures under the survivor's id.
 * While the backend is the truth it knows of no merge, and the gateway does not overwrite its pictures. After
 * `complete` the way back notes them.
 */
export async function noteAbsorbed(
  { name, replica }: MigrationAtBackend,
  { records, directory }: Pick<CoreParts, 'records' | 'directory'>,
  tenant: string,
  survivorKey: string,
): Promise<void> {
  const record = (await readStage(records, name))?.record;
  if (!record) return;
  const cohorts = await loadCohorts(records, rolloutsOf(record));
  const { read, write } = policyOf({ record, cohorts }, survivorKey);
  if (read === 'backend' || write === 'local-only') return;
  const survivor = await directory.byKey(tenant, survivorKey);
  if (survivor) await notePending(replica, survivor);
}
