import type { RecordStore } from '../../domain/index.ts';
import type { MigrationName } from '../stages/stage-store.ts';
import { type ParityDifference, readDifferences, readTally } from './parity-tally.ts';
import { upperBound95 } from './upper-bound.ts';
import { isEquivalent, type ParityVerdict } from './verdict.ts';

/** How alike the answers of both sides are, by operation. */
export async function describeParity(records: RecordStore, name: MigrationName) {
  const { operations, notCompared, noise } = await readTally(records, name);
  return {
    operations: Object.entries(operations).map(([operationId, { compared, verdicts, differing }]) => {
      const different = Object.entries(verdicts)
        .filter(([verdict]) => !isEquivalent(verdict as ParityVerdict))
        .reduce((sum, [, count]) => sum + count, 0);
      return {
        operationId,
        compared,
        verdicts,
        differing,
        differentPercent: compared === 0 ? 0 : (different / compared) * 100,
        /** The largest share of different answers that is compatible with this sample at 95 % confidence. */
        upperBound95Percent: upperBound95(different, compared) * 100,
      };
    }),
    notCompared,
    noise,
  };
}

/** The kept differences, newest first. */
export async function listDifferences(
  records: RecordStore,
  name: MigrationName,
): Promise<ParityDifference[]> {
  const items: ParityDifference[] = [];
  for await (const one of readDifferences(records, name)) items.push(one);
  return items.sort((a, b) => b.atMs - a.atMs);
}
