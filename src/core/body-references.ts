import type { SubjectRecord } from '../domain/index.ts';

/** The keys of every body that a record names. */
export function bodiesNamedBy(record: SubjectRecord): Set<string> {
  const keys = new Set<string>();
  for (const state of Object.values(record.slots)) {
    if (state.kind !== 'image') continue;
    keys.add(state.image.original.key);
    for (const picture of Object.values(state.image.renditions)) keys.add(picture.key);
  }
  return keys;
}

/** The keys that the older record names and the newer one does not. These bodies can no longer be reached. */
export function bodiesLeftBehind(before: SubjectRecord, after: SubjectRecord): string[] {
  const kept = bodiesNamedBy(after);
  return [...bodiesNamedBy(before)].filter((key) => !kept.has(key));
}
