import { type Precondition, ProblemError, type SubjectRecord } from '../domain/index.ts';

/** Throws `conflict` (`precondition`) where the caller's own condition does not hold for the slot. */
export function requirePrecondition(
  condition: Precondition | undefined,
  record: SubjectRecord,
  slot: number | undefined,
): void {
  if (condition && !holds(condition, record, slot)) {
    throw new ProblemError({ kind: 'conflict', reason: 'precondition' });
  }
}

function holds(condition: Precondition, record: SubjectRecord, slot: number | undefined): boolean {
  const state = slot === undefined ? undefined : record.slots[slot];
  const current = state?.kind === 'image' ? state.image : undefined;
  switch (condition.kind) {
    case 'image':
      return current !== undefined && condition.ids.includes(current.id);
    case 'other-image':
      return current === undefined || !condition.ids.includes(current.id);
    case 'unmodified-since':
      return current === undefined || Math.floor(current.writtenAtMs / 1000) * 1000 <= condition.atMs;
    case 'all':
      return condition.of.every((one) => holds(one, record, slot));
    case 'none':
      return current === undefined;
    case 'any':
      return current !== undefined;
    case 'never-written':
      return record.generation === 0;
  }
}
