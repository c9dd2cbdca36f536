import type { OpenedSubject } from '../../domain/index.ts';
import { knownReached, type WritePolicy } from '../stages/write-policy.ts';
import { openLocal } from './local-record.ts';
import type { ReplicaParts } from './replica-parts.ts';

/**
 * Notes in the journal, before a write, that the backend may lack it. While the backend is the truth, a record that
 * owes it nothing proves that it has everything so far. Without that, an entry that an older write left would have
 * pictures sent again over what clients sent there since.
 */
export async function touchBefore(
  { journal, records, replica }: Pick<ReplicaParts, 'journal' | 'records' | 'replica'>,
  policy: WritePolicy,
  { subject, generation, snapshot }: OpenedSubject,
): Promise<void> {
  const owes = ({ record }: OpenedSubject['snapshot']) => record?.pendingReplicas?.[replica] !== undefined;
  const isProven = policy.read === 'backend' && !owes(snapshot);
  await journal.touch(subject, async (standing) => {
    if (standing)
      return isProven ? Math.max(standing.reached, knownReached(policy, generation)) : standing.reached;
    // What was owed when the request was opened may have been sent since. Only after a merge a record owes what no
    // entry knows.
    const now = await openLocal({ records }, subject);
    return owes(now.snapshot) ? 0 : knownReached(policy, now.generation);
  });
}
