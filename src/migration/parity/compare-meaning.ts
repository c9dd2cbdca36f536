import type { UpstreamOutcome } from '../../domain/index.ts';
import type { LevelVerdicts } from './verdict.ts';

/** Whether two answers say the same: the same problem, or pictures in the same slots. */
export function compareMeaning(theirs: UpstreamOutcome, ours: UpstreamOutcome): LevelVerdicts['meaning'] {
  if (theirs.kind === 'problem' || ours.kind === 'problem') {
    const same =
      theirs.kind === 'problem' && ours.kind === 'problem' && theirs.problem.kind === ours.problem.kind;
    return same ? 'same' : 'error differs';
  }
  if (theirs.kind !== 'done' || ours.kind !== 'done')
    return theirs.kind === ours.kind ? 'same' : 'error differs';
  const there = new Set(theirs.images.map(({ slot }) => slot));
  const here = new Set(ours.images.map(({ slot }) => slot));
  if ([...there].some((slot) => !here.has(slot))) return 'missing';
  return [...here].some((slot) => !there.has(slot)) ? 'extra' : 'same';
}
