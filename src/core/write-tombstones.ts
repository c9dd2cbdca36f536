import { type SlotState, type SubjectRecord, type Tombstone, uuidFrom } from '../domain/index.ts';

/**
 * The record's next generation, with a tombstone in each of the slots. A slot that was never written gets one
 * too, because a copy of a picture that was deleted elsewhere may be on its way.
 */
export function writeTombstones(
  record: SubjectRecord,
  slots: readonly number[],
  { deletedAtMs, newId }: { readonly deletedAtMs: number; readonly newId: () => string },
): SubjectRecord {
  const generation = record.generation + 1;
  const after: Record<string, SlotState> = { ...record.slots };
  for (const slot of slots) {
    const { version, handle } = lastVersion(after[slot]) ?? { version: 0, handle: uuidFrom(newId()) };
    after[slot] = { kind: 'tombstone', tombstone: { slot, version, generation, handle, deletedAtMs } };
  }
  return { ...record, generation, slots: after };
}

/** Version and handle of the slot's picture or tombstone; `undefined` where the slot was never written. */
export function lastVersion(state: SlotState | undefined): Pick<Tombstone, 'version' | 'handle'> | undefined {
  return state?.kind === 'image' ? state.image : state?.tombstone;
}
