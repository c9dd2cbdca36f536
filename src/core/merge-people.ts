import {
  type MergePreview,
  type PeopleRegistry,
  type PersonPrecondition,
  ProblemError,
  requirePerson,
} from '../domain/index.ts';
import { absorbPictures, slotsToAdopt } from './absorb-pictures.ts';
import type { CoreParts } from './core-parts.ts';
import { closeIntent, decideIntent, type StoredIntent } from './person-intents.ts';
import type { PersonKeeper } from './person-keeper.ts';
import { changeSubjectRecord, readSubjectRecord } from './subject-records.ts';

/** The parts that merges and erasures need. */
export interface PeopleParts extends Pick<CoreParts, 'records' | 'objects' | 'background' | 'clock'> {
  readonly registry: PeopleRegistry;
  /** Other places that keep data of a tenant's people. */
  readonly keepers?: (tenant: string) => readonly PersonKeeper[];
}

/**
 * Previews the merge of two people. Throws `subject-not-found`, `person-erased`, and `invalid-person` where
 * they are one already.
 */
export async function previewMerge(
  { registry, records }: Pick<PeopleParts, 'registry' | 'records'>,
  tenant: string,
  sourceId: string,
  survivorId: string,
): Promise<MergePreview> {
  const source = await registry.read(tenant, sourceId);
  const survivor = await registry.read(tenant, survivorId);
  if (!source || !survivor) throw new ProblemError({ kind: 'subject-not-found' });
  if (source.key === survivor.key)
    throw new ProblemError({ kind: 'invalid-person', pointer: '', reason: 'is the same person already' });
  const theirs = (await readSubjectRecord(records, source.key)).record;
  const own = (await readSubjectRecord(records, survivor.key)).record;
  const adopted = slotsToAdopt(own, theirs);
  const images = Object.entries(theirs?.slots ?? {}).filter(([, state]) => state.kind === 'image');
  return {
    source,
    survivor,
    adoptedSlots: images.flatMap(([slot]) => (adopted.includes(slot) ? [Number(slot)] : [])),
    droppedSlots: images.flatMap(([slot]) => (adopted.includes(slot) ? [] : [Number(slot)])),
  };
}

/** The versions on which a merge was decided. */
export interface MergePrecondition {
  readonly source?: PersonPrecondition | undefined;
  readonly survivor?: PersonPrecondition | undefined;
}

/**
 * Merges two people. The source's record is fenced, so that uploads under way there go on at the survivor.
 * Its pictures move to the survivor, and its names lead to the survivor. Each step can be repeated, and
 * `finishIntents` goes on after a crash. A precondition is part of the first write: of several who decided on
 * one version one goes on, and the others get `precondition-failed`.
 */
export async function mergePeople(
  parts: PeopleParts,
  tenant: string,
  sourceId: string,
  survivorId: string,
  onlyIf: MergePrecondition = {},
): Promise<MergePreview> {
  const { registry } = parts;
  if (onlyIf.survivor) requirePerson(onlyIf.survivor, await registry.read(tenant, survivorId));
  if (onlyIf.source) await registry.claimVersion(tenant, sourceId, onlyIf.source);
  if (onlyIf.survivor) await registry.claimVersion(tenant, survivorId, onlyIf.survivor);
  const preview = await previewMerge(parts, tenant, sourceId, survivorId);
  const { source, survivor } = preview;
  const intent = await decideIntent(parts.records, {
    schema: 1,
    kind: 'merge',
    state: 'announced',
    tenant,
    source: source.key,
    survivor: survivor.key,
    sinceMs: parts.clock.nowMs(),
  });
  if (!(await finishMerge(parts, intent))) throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
  return preview;
}

/**
 * Does every step of a decided merge, or repeats it. Changes nothing where one of the two is gone. Returns
 * whether the two are one now.
 */
export async function finishMerge(parts: PeopleParts, stored: StoredIntent): Promise<boolean> {
  const { intent } = stored;
  if (intent.kind !== 'merge') throw new Error('not the intent of a merge');
  const { tenant, source, survivor } = intent;
  const whoHas = async (key: string) => (await parts.registry.readKey(tenant, key))?.key;
  const isThere = async (key: string) => (await whoHas(key)) === key;
  // One of the two may have been erased or merged between the preview and the decision.
  if ((await isThere(survivor)) && ((await isThere(source)) || (await isFenced(parts, source, survivor)))) {
    const start = await readSubjectRecord(parts.records, source);
    await changeSubjectRecord(
      parts.records,
      { key: source, tenant, id: '' },
      start,
      (record) =>
        record.mergedInto === survivor
          ? undefined
          : { ...record, generation: record.generation + 1, mergedInto: survivor },
      (record) => record.mergedInto === survivor,
    );
    await absorbPictures(parts, source, survivor);
    await parts.registry.absorb(tenant, source, survivor);
    for (const keeper of parts.keepers?.(tenant) ?? []) await keeper.absorbed(tenant, survivor);
  }
  const into = await whoHas(survivor);
  const isOne = into !== undefined && (await whoHas(source)) === into;
  await closeIntent(parts.records, stored);
  return isOne;
}

async function isFenced({ records }: PeopleParts, source: string, survivor: string): Promise<boolean> {
  return (await readSubjectRecord(records, source)).record?.mergedInto === survivor;
}
