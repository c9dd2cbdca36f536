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
    case 'none':
      return current === undefined;
    case 'any':
      return current !== undefined;
    case 'never-written':
      return record.generation === 0;
  }
}
