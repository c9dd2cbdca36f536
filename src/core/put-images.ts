import {
  type CommandContext,
  type CommandOf,
  type OpenedSubject,
  type OutcomeOf,
  type PreparedPut,
  ProblemError,
  type ProfileImage,
  type SlotState,
  type SubjectRecord,
  uuidFrom,
} from '../domain/index.ts';
import { bodiesLeftBehind } from './body-references.ts';
import type { UseCaseParts } from './core-parts.ts';
import { discardBodies } from './discard-bodies.ts';
import { noteDebts } from './note-debts.ts';
import { requirePrecondition } from './precondition.ts';
import {
  type ImageContent,
  type PreparedImage,
  prepareImage,
  requireSize,
  reusableContent,
} from './prepare-image.ts';
import { imageIn } from './slots.ts';
import { changeSubjectRecord, type RecordChange, snapshotOf } from './subject-records.ts';
import { viewAfterPut } from './view-image.ts';

type PutImages = CommandOf<'put-images'>;

/** One image on its way in. */
interface Draft {
  readonly id: string;
  readonly put: PutImages['images'][number];
  /** Set once its bodies are durable. */
  prepared?: PreparedImage;
}

/**
 * Puts one upload into each named slot, all or none. Bodies are made durable first; the swap of the subject's record is
 * the one moment that acknowledges them. Until then the old pictures stand.
 */
export async function putImages(
  parts: UseCaseParts,
  command: PutImages,
  context: CommandContext,
  opened: OpenedSubject,
): Promise<OutcomeOf<'put-images'>> {
  for (const put of command.images) requireAdmissible(put, context);
  const drafts: Draft[] = command.images.map((put) => ({ id: parts.ids.newId(), put }));
  const { before, after } = await commit(parts, command, context, opened, drafts);
  discardBodies(parts, [...new Set([...bodiesLeftBehind(before, after), ...unusedBodies(drafts, after)])]);
  const images = command.images.flatMap(({ slot }) => imageIn(after, slot) ?? []);
  return {
    kind: 'images-put',
    subject: opened.subject,
    images: await Promise.all(images.map((image) => viewAfterPut(parts, opened.subject.key, image, context))),
    created: command.images.some(({ slot }) => !imageIn(before, slot)),
  };
}

function requireAdmissible({ slot, upload }: PutImages['images'][number], { intake }: CommandContext): void {
  requireSize(upload, intake);
  if (slot < 0 || slot >= intake.slots)
    throw new ProblemError({ kind: 'too-many-files', limit: intake.slots });
}

async function commit(
  parts: UseCaseParts,
  command: PutImages,
  context: CommandContext,
  opened: OpenedSubject,
  drafts: readonly Draft[],
): Promise<RecordChange> {
  let goesIn = false;
  let isTheirs = false;
  try {
    const change = await changeSubjectRecord(
      parts.records,
      opened.subject,
      snapshotOf(opened),
      async (record) => {
        if (!goesIn) {
          requireNoOverlap(record, opened, context);
          requirePrecondition(command.onlyIf, record, command.images[0]?.slot);
        }
        const contents = await contentsFor(parts, opened.subject.key, drafts, record, context);
        if (context.beforeCommit && !goesIn) {
          isTheirs = true;
          goesIn = (await context.beforeCommit(preparedPut(opened, record, contents))) === 'goes in';
          isTheirs = goesIn;
        }
        return recordWith(record, contents, command, context, parts.clock.nowMs(), () => parts.ids.newId());
      },
      (record) => drafts.some(({ id, put }) => imageIn(record, put.slot)?.id === id),
    );
    if (!change) throw new Error('a put always changes the record');
    return change;
  } catch (cause) {
    // After a failure of the store the swap may yet take effect: then the bodies must stay, and gc decides.
    if (cause instanceof ProblemError && !isTheirs) discardBodies(parts, unusedBodies(drafts, undefined));
    throw cause;
  }
}

function preparedPut(
  { subject }: OpenedSubject,
  { generation }: SubjectRecord,
  contents: readonly DraftContent[],
): PreparedPut {
  const images = contents.map(([{ id, put, prepared }, { original }]) => ({
    slot: put.slot,
    imageId: id,
    original,
    bodyKeys: prepared?.bodyKeys ?? [],
  }));
  return { subject, generation, images };
}

/** Where overlapping updates are refused: the record must stand where it stood when the request began. */
function requireNoOverlap(record: SubjectRecord, opened: OpenedSubject, { intake }: CommandContext): void {
  if (intake.overlap === 'refuse' && record.generation !== opened.generation) {
    throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
  }
}

type DraftContent = readonly [Draft, ImageContent];

async function contentsFor(
  parts: UseCaseParts,
  subjectKey: string,
  drafts: readonly Draft[],
  record: SubjectRecord,
  context: CommandContext,
): Promise<DraftContent[]> {
  const contents: DraftContent[] = [];
  for (const draft of drafts) {
    const reused = reusableContent(imageIn(record, draft.put.slot), draft.put.upload, context);
    if (!reused)
      draft.prepared ??= await prepareImage(parts, subjectKey, draft.id, draft.put.upload, context);
    const content = reused ?? draft.prepared?.content;
    if (content) contents.push([draft, content]);
  }
  return contents;
}

function recordWith(
  record: SubjectRecord,
  contents: readonly DraftContent[],
  command: PutImages,
  context: CommandContext,
  nowMs: number,
  newId: () => string,
): SubjectRecord {
  const generation = record.generation + 1;
  const slots: Record<string, SlotState> = { ...record.slots };
  for (const [{ id, put }, content] of contents) {
    const state = slots[put.slot];
    const previous = state?.kind === 'image' ? state.image : state?.tombstone;
    const image: ProfileImage = {
      id,
      slot: put.slot,
      version: (previous?.version ?? 0) + 1,
      generation,
      handle: previous?.handle ?? uuidFrom(newId()),
      writtenAtMs: nowMs,
      writtenThrough: context.dialect,
      ...(put.upload.fileName === undefined ? {} : { fileName: put.upload.fileName }),
      ...(command.notes ? { notes: command.notes } : {}),
      ...content,
    };
    slots[put.slot] = { kind: 'image', image };
  }
  return noteDebts({ ...record, generation, slots }, context.owes, nowMs);
}

/** Bodies that were written for the drafts but that the record, if there is one, does not name. */
function unusedBodies(drafts: readonly Draft[], record: SubjectRecord | undefined): string[] {
  return drafts.flatMap(({ prepared, put }) => {
    const image = record && imageIn(record, put.slot);
    return prepared && image?.original.key !== prepared.content.original.key ? prepared.bodyKeys : [];
  });
}
