import type { CommandContext, CommandOf, OpenedSubject, OutcomeOf } from '../domain/index.ts';
import { commitImages } from './commit-images.ts';
import type { UseCaseParts } from './core-parts.ts';
import { retryWithSurvivor } from './follow-merge.ts';
import { prepareImages } from './prepare-images.ts';

/**
 * Puts one upload into each named slot: all of them or none. Bodies are made durable first. The swap of the
 * subject's record acknowledges the put. Until then the old pictures stand.
 */
export async function putImages(
  parts: UseCaseParts,
  command: CommandOf<'put-images'>,
  context: CommandContext,
  opened: OpenedSubject,
): Promise<OutcomeOf<'put-images'>> {
  return retryWithSurvivor(parts, opened, async (now) =>
    commitImages(parts, await prepareImages(parts, command, context, now)),
  );
}
