import {
  type CommandContext,
  type CommandOf,
  type OpenedSubject,
  type OutcomeOf,
  ProblemError,
  type SubjectRecord,
} from '../domain/index.ts';
import type { UseCaseParts } from './core-parts.ts';
import { currentViews } from './current-views.ts';
import { imageIn } from './slots.ts';

/** The picture in one slot. Throws `image-not-found`. */
export async function readImage(
  parts: UseCaseParts,
  command: CommandOf<'read-image'>,
  context: CommandContext,
  opened: OpenedSubject,
): Promise<OutcomeOf<'read-image'>> {
  const inSlot = (record: SubjectRecord) => {
    const image = imageIn(record, command.slot);
    return image ? [image] : [];
  };
  const [view] = await currentViews(parts, opened, inSlot, context);
  if (!view) throw new ProblemError({ kind: 'image-not-found' });
  return { kind: 'image-read', subject: opened.subject, view };
}
