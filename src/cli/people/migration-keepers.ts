import { join } from 'node:path';
import { createCore } from '../../core/core.ts';
import type { PersonKeeper } from '../../core/person-keeper.ts';
import { loadDialects } from '../../gateway/dialect-registry.ts';
import { createPictureComparer } from '../../imaging/compare-pictures.ts';
import { createImaging } from '../../imaging/imaging.ts';
import { createMigration } from '../../migration/create-migration.ts';
import { createMigrationKeeper } from '../../migration/forget-person.ts';
import { createTemporaryFiles } from '../../temporary-files/temporary-files.ts';
import { coreParts } from '../with-migration.ts';
import type { OpenedPeople } from './people-command.ts';

/**
 * Lends the migrations' keepers of people's data for the tenant; none where the settings name no backend of
 * the tenant.
 */
export async function withMigrationKeepers<T>(
  { settings, store, tenant, registry, directory }: OpenedPeople,
  work: (keepers: readonly PersonKeeper[]) => Promise<T>,
): Promise<T> {
  const { migration: section } = settings;
  if (!section?.backends.some((backend) => backend.tenant === tenant)) return work([]);
  const folder = join(settings.dataDir, 'spool');
  // An erasure decodes no picture, so the workers are never started.
  const imaging = createImaging({ ...settings.imaging, workers: 1, scratchDir: folder });
  const core = coreParts(settings, store, imaging, { directory });
  const { backends } = createMigration({
    settings: section,
    dialects: await loadDialects(settings),
    core,
    executor: createCore(core),
    comparer: createPictureComparer(imaging),
    temporaryFiles: createTemporaryFiles(folder),
    memoryBytes: settings.limits.spoolMemoryBytes,
    log: { info: () => {} },
    registryOfPeople: registry,
    paced: true,
  });
  try {
    const own = backends.filter(({ name }) => name.tenant === tenant);
    return await work(own.map((at) => createMigrationKeeper(at, core)));
  } finally {
    await core.background.settle();
    await Promise.all(backends.map(({ connection }) => connection.stop()));
  }
}
