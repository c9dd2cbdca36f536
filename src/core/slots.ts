import type { ProfileImage, SubjectRecord } from '../domain/index.ts';

/** The image in a slot; `undefined` for an empty slot and for a tombstone. */
export function imageIn(record: SubjectRecord, slot: number): ProfileImage | undefined {
  const state = record.slots[slot];
  return state?.kind === 'image' ? state.image : undefined;
}

/** Every image of a record, in order of slot. */
export function imagesOf(record: SubjectRecord): ProfileImage[] {
  return Object.values(record.slots)
    .flatMap((state) => (state.kind === 'image' ? [state.image] : []))
    .sort((one, other) => one.slot - other.slot);
}
