import { type ParityDifference, readDifferences, readTally } from '../migration/parity/parity-tally.ts';
import { upperBound95 } from '../migration/parity/upper-bound.ts';
import { isEquivalent, type ParityVerdict } from '../migration/parity/verdict.ts';
import { showOverAdmin } from './migrate-over-admin.ts';
import { printFacts } from './print-facts.ts';
import { type MigrationOptions, withMigration } from './with-migration.ts';

/** `polyface migrate parity`: shows how alike the answers of both sides are. */
export async function showParity({
  differences,
  ...options
}: MigrationOptions & { readonly differences?: boolean }): Promise<void> {
  const { admin, json } = options;
  if (admin !== undefined)
    return showOverAdmin(differences ? 'differences' : 'status', { ...options, admin });
  await withMigration(options, async ({ at, core }) => {
    const { operations, notCompared, noise } = await readTally(core.records, at.name);
    const rates = Object.entries(operations).map(([operationId, { compared, verdicts, differing }]) => {
      const different = Object.entries(verdicts)
        .filter(([verdict]) => !isEquivalent(verdict as ParityVerdict))
        .reduce((sum, [, count]) => sum + count, 0);
      return {
        operationId,
        compared,
        verdicts,
        differing,
        different_percent: compared === 0 ? 0 : (different / compared) * 100,
        upper_bound_95_percent: upperBound95(different, compared) * 100,
      };
    });
    const kept: ParityDifference[] = [];
    if (differences) for await (const one of readDifferences(core.records, at.name)) kept.push(one);
    printFacts(
      {
        operations: rates,
        not_compared: notCompared,
        noise,
        ...(differences ? { differences: kept } : {}),
      },
      { json },
    );
  });
}
