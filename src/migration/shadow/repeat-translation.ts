import {
  type CommandExecutor,
  type HeldBytes,
  type Outcome,
  ProblemError,
  type UpstreamImage,
  type UpstreamOutcome,
} from '../../domain/index.ts';
import { compareMeaning } from '../parity/compare-meaning.ts';
import type { CompareHeldPictures } from './compare-held-pictures.ts';
import { shadowKey } from './shadow-key.ts';
import type { Repeat, ShadowedCommand, ShadowedTranslation } from './shadow-task.ts';
import { withinTime } from './within-time.ts';

/**
 * Carries a translated command out here, and compares the meaning and the resulting pictures. The wire is not
 * compared: the backend's own words never reach the client.
 */
export function createRepeatTranslation(parts: {
  /** The dialect that clients speak. */
  readonly dialect: string;
  /** Works on shadow subjects. */
  readonly executor: CommandExecutor;
  readonly comparePictures: CompareHeldPictures;
  readonly timeoutMs: number;
  readonly warn: (message: string, cause: unknown) => void;
}): Repeat<ShadowedTranslation> {
  return async ({ command, context, outcome }, { subject }, bodies) => {
    const theirs = keepSeenSlots(outcome, command, context.intake.slots);
    const { opened: _real, ...shadowContext } = context;
    const again = withBodies(withShadowSubject(command, parts.dialect), bodies);
    let ours: UpstreamOutcome;
    try {
      ours = await withinTime(
        meaningHere(() => parts.executor.execute(again, shadowContext)),
        parts.timeoutMs,
      );
    } catch (cause) {
      parts.warn('a shadowed command came to nothing here', cause);
      return 'no answer here';
    }
    const meaning = compareMeaning(theirs, ours);
    if (meaning !== 'same' || theirs.kind !== 'done') return { levels: { meaning }, paths: [] };
    const { levels, ...seen } = await parts.comparePictures(theirs.images, subject);
    return { levels: { meaning, ...levels }, paths: [], ...seen };
  };
}

/**
 * What the client sees of the backend's outcome: the slots of the command, or those that its dialect knows.
 */
function keepSeenSlots(outcome: UpstreamOutcome, command: ShadowedCommand, slots: number): UpstreamOutcome {
  return outcome.kind === 'done'
    ? { ...outcome, images: outcome.images.filter(({ slot }) => isSeen(command, slot, slots)) }
    : outcome;
}

function isSeen(command: ShadowedCommand, slot: number, slots: number): boolean {
  switch (command.kind) {
    case 'put-images':
      return command.images.some((image) => image.slot === slot);
    case 'delete-images':
      return false;
    case 'read-subject':
      return command.images && slot < slots;
  }
}

/** A real key does not exist in the shadow. Every other reference leads to the shadow of its subject. */
function withShadowSubject(command: ShadowedCommand, dialect: string): ShadowedCommand {
  const { subject } = command;
  if (subject.kind !== 'key') return command;
  return { ...command, subject: { kind: 'key', key: shadowKey(dialect, subject.key) } };
}

function withBodies(command: ShadowedCommand, bodies: readonly HeldBytes[]): ShadowedCommand {
  if (command.kind !== 'put-images') return command;
  const images = command.images.map(({ slot, upload }, at) => ({
    slot,
    upload: { ...upload, source: bodies[at]?.source ?? upload.source },
  }));
  return { ...command, images };
}

async function meaningHere(act: () => Promise<Outcome>): Promise<UpstreamOutcome> {
  try {
    return { kind: 'done', profile: {}, images: imagesOf(await act()) };
  } catch (cause) {
    if (cause instanceof ProblemError) return { kind: 'problem', problem: cause.problem };
    throw cause;
  }
}

function imagesOf(outcome: Outcome): UpstreamImage[] {
  return outcome.kind === 'images-put' || outcome.kind === 'subject-read'
    ? outcome.images.map(({ image }) => ({ slot: image.slot }))
    : [];
}
