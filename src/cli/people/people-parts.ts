import { createBackgroundWork } from '../../core/background-work.ts';
import type { PeopleParts } from '../../core/merge-people.ts';
import { withMigrationKeepers } from './migration-keepers.ts';
import type { OpenedPeople } from './people-command.ts';

/** Lends the parts for merges and erasures. When it resolves, their background work is done as well. */
export async function withPeopleParts<T>(
  opened: OpenedPeople,
  work: (parts: PeopleParts) => Promise<T>,
): Promise<T> {
  const { store, registry } = opened;
  const background = createBackgroundWork((message, cause) => {
    process.stderr.write(`${message}: ${Error.isError(cause) ? cause.message : String(cause)}\n`);
  });
  try {
    return await withMigrationKeepers(opened, (keepers) =>
      work({
        registry,
        keepers: () => keepers,
        records: store.records,
        objects: store.objects,
        background,
        clock: { nowMs: () => Date.now() },
      }),
    );
  } finally {
    await background.settle();
  }
}
