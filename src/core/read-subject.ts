import type { CommandContext, CommandOf, ImageView, OpenedSubject, OutcomeOf } from '../domain/index.ts';
import type { CoreParts } from './core-parts.ts';
import { imagesOf } from './slots.ts';
import { snapshotOf } from './subject-records.ts';
import { viewOf } from './view-image.ts';

/** The subject's profile and, where asked for, its images as the dialect shows them. */
export async function readSubject(
  parts: CoreParts,
  command: CommandOf<'read-subject'>,
  context: CommandContext,
  opened: OpenedSubject,
): Promise<OutcomeOf<'read-subject'>> {
  const { record } = snapshotOf(opened);
  const shown =
    command.images && record ? imagesOf(record).filter(({ slot }) => slot < context.intake.slots) : [];
  const views = await Promise.all(shown.map((image) => viewOf(parts, opened.subject.key, image, context)));
  return {
    kind: 'subject-read',
    subject: opened.subject,
    images: views.filter((view): view is ImageView => view !== undefined),
  };
}
