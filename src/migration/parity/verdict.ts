/** The result of a comparison, the worst first. */
export type ParityVerdict =
  | 'error differs'
  | 'missing'
  | 'extra'
  | 'different picture'
  | 'answer differs'
  | 're-encoded'
  | 'identical';

/** Whether the verdict does not speak against switching. */
export function isEquivalent(verdict: ParityVerdict): boolean {
  return verdict === 'identical' || verdict === 're-encoded';
}

/** Each level with its own verdict; `undefined`: there was nothing to compare. */
export type LevelVerdicts = {
  /** Status, content type and JSON; does not apply where the backend speaks another dialect. */
  readonly wire?: 'same' | 'differs';
  /** The problem, and which slots hold a picture. */
  readonly meaning: 'same' | 'error differs' | 'missing' | 'extra';
  readonly bytes?: 'same' | 'differs';
  readonly picture?: 'same' | 'differs';
};

/** One verdict for all levels. */
export function overallVerdict({ wire, meaning, bytes, picture }: LevelVerdicts): ParityVerdict {
  if (meaning !== 'same') return meaning;
  if (picture === 'differs' || (bytes === 'differs' && picture === undefined)) return 'different picture';
  if (wire === 'differs') return 'answer differs';
  return bytes === 'differs' ? 're-encoded' : 'identical';
}
