import type { CommandContext, CommandOf, OpenedSubject, OutcomeOf } from '../domain/index.ts';
import type { UseCaseParts } from './core-parts.ts';
import { currentViews } from './current-views.ts';
import { imagesOf } from './slots.ts';

/** The subject's profile and, where asked for, its images as the dialect shows them. */
export async function readSubject(
  parts: UseCaseParts,
  command: CommandOf<'read-subject'>,
  context: CommandContext,
  opened: OpenedSubject,
): Promise<OutcomeOf<'read-subject'>> {
  const images = command.images
    ? await currentViews(
        parts,
        opened,
        (record) => imagesOf(record).filter(({ slot }) => slot < context.intake.slots),
        context,
      )
    : [];
  return { kind: 'subject-read', subject: opened.subject, images };
}
