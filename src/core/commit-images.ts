import {
  type CommandContext,
  type OpenedSubject,
  type OutcomeOf,
  ProblemError,
  type ProfileImage,
  type SlotState,
  type SubjectRecord,
  uuidFrom,
} from '../domain/index.ts';
import { bodiesLeftBehind } from './body-references.ts';
import { changeInTurn } from './change-in-turn.ts';
import type { UseCaseParts } from './core-parts.ts';
import { discardBodies } from './discard-bodies.ts';
import { MergedAwayError, requireWritable } from './follow-merge.ts';
import { notePendingReplicas } from './note-pending-replicas.ts';
import { requirePrecondition } from './precondition.ts';
import { discardPrepared, type PreparedImage, type PreparedImages, renewPrepared } from './prepare-images.ts';
import { imageIn } from './slots.ts';
import type { RecordChange } from './subject-records.ts';
import { viewAfterPut } from './view-image.ts';
import { lastVersion } from './write-tombstones.ts';

/** How a put is committed. */
export interface CommitOptions {
  /**
   * The backend has already accepted the put. So it is committed even when other changes were committed
   * since. Its bodies stay when the commit fails, because the reconciler finishes the put later.
   */
  readonly accepted?: boolean;
}

/**
 * Swaps the subject's record for one that names the prepared images: all of them or none. This swap
 * acknowledges the put. Throws `conflict` where the dialect refuses overlaps or the caller's condition no
 * longer holds. Then the bodies are removed.
 */
export async function commitImages(
  parts: UseCaseParts,
  prepared: PreparedImages,
  { accepted = false }: CommitOptions = {},
): Promise<OutcomeOf<'put-images'>> {
  const { command, context, opened } = prepared;
  const { before, after } = await swapIn(parts, prepared, accepted);
  const views = command.images
    .flatMap(({ slot }) => imageIn(after, slot) ?? [])
    .map((image) => viewAfterPut(parts, opened.subject.key, image, context));
  return {
    kind: 'images-put',
    subject: opened.subject,
    images: await Promise.all(views),
    created: command.images.some(({ slot }) => !imageIn(before, slot)),
  };
}

async function swapIn(
  parts: UseCaseParts,
  prepared: PreparedImages,
  accepted: boolean,
): Promise<RecordChange> {
  const { command, context, opened } = prepared;
  let { images } = prepared;
  try {
    const change = await changeInTurn(
      parts,
      opened,
      async (record) => {
        requireWritable(record);
        if (!accepted) {
          requireNoOverlap(record, opened, context);
          requirePrecondition(command.onlyIf, record, command.images[0]?.slot);
        }
        images = await renewPrepared(parts, { ...prepared, images }, record);
        if (opened.subject.provisional) await parts.directory.admit?.(opened.subject);
        return recordWith(parts, record, { ...prepared, images });
      },
      (record) => images.some(({ id, put }) => imageIn(record, put.slot)?.id === id),
    );
    if (!change) throw new Error('a put always changes the record');
    const unused = [...bodiesLeftBehind(change.before, change.after), ...unusedBodies(images, change.after)];
    discardBodies(parts, [...new Set(unused)]);
    return change;
  } catch (cause) {
    // After a failure of the store the swap may still take effect. Then the bodies must stay, and gc decides.
    if ((cause instanceof ProblemError || cause instanceof MergedAwayError) && !accepted) {
      discardPrepared(parts, images);
    }
    throw cause;
  }
}

/**
 * Refuses a put, in dialects that refuse overlaps, when the record changed since the request began. A merge
 * does not count as a change.
 */
function requireNoOverlap(record: SubjectRecord, opened: OpenedSubject, { intake }: CommandContext): void {
  const merges = (record.absorbed?.length ?? 0) - (opened.snapshot.record?.absorbed?.length ?? 0);
  if (intake.overlap === 'refuse' && record.generation - merges !== opened.generation) {
    throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
  }
}

function recordWith(
  { clock, ids }: UseCaseParts,
  record: SubjectRecord,
  { command, context, images }: PreparedImages,
): SubjectRecord {
  const nowMs = clock.nowMs();
  const generation = record.generation + 1;
  const slots: Record<string, SlotState> = { ...record.slots };
  for (const { id, put, content } of images) {
    const previous = lastVersion(slots[put.slot]);
    const image: ProfileImage = {
      id,
      slot: put.slot,
      version: (previous?.version ?? 0) + 1,
      generation,
      handle: previous?.handle ?? uuidFrom(ids.newId()),
      writtenAtMs: nowMs,
      writtenThrough: context.dialect,
      ...(put.upload.fileName === undefined ? {} : { fileName: put.upload.fileName }),
      ...(command.notes ? { notes: command.notes } : {}),
      ...content,
    };
    slots[put.slot] = { kind: 'image', image };
  }
  return notePendingReplicas({ ...record, generation, slots }, context.pendingReplicas, nowMs);
}

/** Bodies that were written for the images but that the record does not name. */
function unusedBodies(images: readonly PreparedImage[], record: SubjectRecord): string[] {
  return images.flatMap(({ bodyKeys, content, put }) =>
    imageIn(record, put.slot)?.original.key === content.original.key ? [] : bodyKeys,
  );
}
