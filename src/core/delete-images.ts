import {
  type CommandContext,
  type CommandOf,
  type OpenedSubject,
  type OutcomeOf,
  ProblemError,
  type SlotState,
} from '../domain/index.ts';
import { bodiesLeftBehind } from './body-references.ts';
import { changeInTurn } from './change-in-turn.ts';
import type { UseCaseParts } from './core-parts.ts';
import { discardBodies } from './discard-bodies.ts';
import { requireWritable, retryWithSurvivor } from './follow-merge.ts';
import { notePendingReplicas } from './note-pending-replicas.ts';
import { requirePrecondition } from './precondition.ts';
import { imageIn } from './slots.ts';
import { writeTombstones } from './write-tombstones.ts';

/**
 * Puts a tombstone into each slot: all of them or none. The pictures can no longer be read after the swap.
 * Their bodies are removed afterwards. Throws `image-not-found` when a slot is empty.
 */
export async function deleteImages(
  parts: UseCaseParts,
  command: CommandOf<'delete-images'>,
  context: CommandContext,
  opened: OpenedSubject,
): Promise<OutcomeOf<'delete-images'>> {
  return retryWithSurvivor(parts, opened, (now) => deleteFrom(parts, command, context, now));
}

async function deleteFrom(
  parts: UseCaseParts,
  command: CommandOf<'delete-images'>,
  context: CommandContext,
  opened: OpenedSubject,
): Promise<OutcomeOf<'delete-images'>> {
  const deletedAtMs = parts.clock.nowMs();
  let generation = 0;
  const change = await changeInTurn(
    parts,
    opened,
    (record) => {
      requireWritable(record);
      requirePrecondition(command.onlyIf, record, command.slots[0]);
      if (!command.slots.every((slot) => imageIn(record, slot))) {
        throw new ProblemError({ kind: 'image-not-found' });
      }
      const after = writeTombstones(record, command.slots, { deletedAtMs, newId: parts.ids.newId });
      generation = after.generation;
      return notePendingReplicas(after, context.pendingReplicas, deletedAtMs);
    },
    (record) => command.slots.every((slot) => isOwnTombstone(record.slots[slot], generation, deletedAtMs)),
  );
  if (change) discardBodies(parts, bodiesLeftBehind(change.before, change.after));
  return { kind: 'images-deleted', subject: opened.subject, slots: command.slots };
}

function isOwnTombstone(state: SlotState | undefined, generation: number, deletedAtMs: number): boolean {
  return (
    state?.kind === 'tombstone' &&
    state.tombstone.generation === generation &&
    state.tombstone.deletedAtMs === deletedAtMs
  );
}
