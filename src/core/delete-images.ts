import {
  type CommandContext,
  type CommandOf,
  type OpenedSubject,
  type OutcomeOf,
  ProblemError,
  type SlotState,
  type SubjectRecord,
} from '../domain/index.ts';
import { bodiesLeftBehind } from './body-references.ts';
import type { CoreParts } from './core-parts.ts';
import { discardBodies } from './discard-bodies.ts';
import { noteDebts } from './note-debts.ts';
import { requirePrecondition } from './precondition.ts';
import { imageIn } from './slots.ts';
import { changeSubjectRecord, snapshotOf } from './subject-records.ts';

/**
 * Puts a tombstone into each slot, all or none. From the swap on nobody reads the pictures any more; their bodies go
 * afterwards. Throws `image-not-found` when a slot is empty.
 */
export async function deleteImages(
  parts: CoreParts,
  command: CommandOf<'delete-images'>,
  context: CommandContext,
  opened: OpenedSubject,
): Promise<OutcomeOf<'delete-images'>> {
  const deletedAtMs = parts.clock.nowMs();
  let generation = 0;
  const change = await changeSubjectRecord(
    parts.records,
    opened.subject,
    snapshotOf(opened),
    (record) => {
      requirePrecondition(command.onlyIf, record, command.slots[0]);
      generation = record.generation + 1;
      return noteDebts(withTombstones(record, command.slots, deletedAtMs), context.owes, deletedAtMs);
    },
    (record) => command.slots.every((slot) => isOwnTombstone(record.slots[slot], generation, deletedAtMs)),
  );
  if (change) discardBodies(parts, bodiesLeftBehind(change.before, change.after));
  return { kind: 'images-deleted', subject: opened.subject, slots: command.slots };
}

function withTombstones(
  record: SubjectRecord,
  deleted: readonly number[],
  deletedAtMs: number,
): SubjectRecord {
  const generation = record.generation + 1;
  const slots: Record<string, SlotState> = { ...record.slots };
  for (const slot of deleted) {
    const image = imageIn(record, slot);
    if (!image) throw new ProblemError({ kind: 'image-not-found' });
    const { version, handle } = image;
    slots[slot] = { kind: 'tombstone', tombstone: { slot, version, generation, handle, deletedAtMs } };
  }
  return { ...record, generation, slots };
}

function isOwnTombstone(state: SlotState | undefined, generation: number, deletedAtMs: number): boolean {
  return (
    state?.kind === 'tombstone' &&
    state.tombstone.generation === generation &&
    state.tombstone.deletedAtMs === deletedAtMs
  );
}
