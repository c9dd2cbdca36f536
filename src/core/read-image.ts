import {
  type CommandContext,
  type CommandOf,
  type OpenedSubject,
  type OutcomeOf,
  ProblemError,
} from '../domain/index.ts';
import type { CoreParts } from './core-parts.ts';
import { imageIn } from './slots.ts';
import { snapshotOf } from './subject-records.ts';
import { viewOf } from './view-image.ts';

/** The picture in one slot. Throws `image-not-found`. */
export async function readImage(
  parts: CoreParts,
  command: CommandOf<'read-image'>,
  context: CommandContext,
  opened: OpenedSubject,
): Promise<OutcomeOf<'read-image'>> {
  const { record } = snapshotOf(opened);
  const image = record && imageIn(record, command.slot);
  const view = image && (await viewOf(parts, opened.subject.key, image, context));
  if (!view) throw new ProblemError({ kind: 'image-not-found' });
  return { kind: 'image-read', subject: opened.subject, view };
}
