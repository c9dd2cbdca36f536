import {
  ID_SPACE,
  namesOf,
  type PersonDraft,
  type PersonName,
  type PersonPrecondition,
  ProblemError,
  type PutResult,
  requirePerson,
} from '../../domain/index.ts';
import { checkPerson } from '../check-person.ts';
import { patchJson } from '../patch-person.ts';
import { asPersonProblem } from './as-person-problem.ts';
import { draftOf, nextOf, withFormer } from './change-entry.ts';
import { changePeople } from './change-people.ts';
import type { ChangeResult, PersonChange } from './change-plan.ts';
import type { DirectoryPages } from './directory-pages.ts';
import { entryAt, type FoundEntry, findByName, findManyByName } from './find-person.ts';
import { forEachAtOnce } from './in-groups.ts';
import { isLiving, lists, personOf, wasMadeFrom } from './person-entry.ts';

/** How many rows are planned at once: where a tenant is not strict, each asks the store for its ids. */
const PLANNED_AT_ONCE = 16;

/** The parts of the registry. */
export interface RegistryParts {
  readonly pages: DirectoryPages;
  /** Dialects in which a person may have an id. */
  readonly dialects: ReadonlySet<string>;
  /** The key of a new person. `nth`: how many such keys belong to others who had the id before. */
  readonly keyFor: (tenant: string, id: string, nth: number) => string;
  /**
   * The key of the person who was made from one of these ids at a first upload, where the tenant makes people
   * in that way.
   */
  readonly madeFrom?: (
    tenant: string,
    aliases: Readonly<Record<string, string>>,
  ) => Promise<string | undefined>;
}

/** `patch` keeps the members that a draft does not name. */
export type PutMode = 'put' | 'patch';

/** A draft after it was compared with the directory a moment ago. */
interface PlannedPut {
  readonly key: string;
  readonly change: PersonChange;
  /** Whether another person has the key. Then the draft has to be planned again. */
  readonly isTaken: () => boolean;
  /** How many keys of earlier people with the id the next plan leaves out. */
  readonly nextNth: number;
}

interface PutOptions {
  readonly mode: PutMode;
  readonly precondition?: PersonPrecondition | undefined;
  /** How many keys of earlier people with the id are left out. */
  readonly nth: number;
}

/** See `PeopleRegistry.put`. */
export async function putPerson(
  parts: RegistryParts,
  tenant: string,
  draft: PersonDraft,
  precondition?: PersonPrecondition,
): Promise<PutResult> {
  return putOne(parts, tenant, draft, { mode: 'put', precondition, nth: 0 });
}

async function putOne(
  parts: RegistryParts,
  tenant: string,
  draft: PersonDraft,
  how: PutOptions,
): Promise<PutResult> {
  for (let { nth } = how; ; ) {
    const found = await findByName(parts.pages, tenant, idName(draft));
    const { key, change, isTaken, nextNth } = await planPut(parts, tenant, draft, found, { ...how, nth });
    const [result] = await changePeople(parts.pages, [change]);
    if (!isTaken()) return putResult(key, result);
    nth = nextNth;
  }
}

/** See `PeopleRegistry.putMany`. */
export async function putPeople(
  parts: RegistryParts,
  tenant: string,
  drafts: readonly PersonDraft[],
  mode: PutMode,
): Promise<PutResult[]> {
  const results: PutResult[] = [];
  const again: { readonly at: number; readonly draft: PersonDraft; readonly nth: number }[] = [];
  const waiting: (PlannedPut & { readonly at: number; readonly draft: PersonDraft })[] = [];
  const taken = new Set<string>();
  for (const { at, draft, planned } of await planEach(parts, tenant, drafts, mode)) {
    if ('kind' in planned) results[at] = planned;
    // Two rows are about the same person: the later one waits for the earlier one.
    else if (taken.has(planned.key)) again.push({ at, draft, nth: 0 });
    else {
      taken.add(planned.key);
      waiting.push({ at, draft, ...planned });
    }
  }
  const changed = await changePeople(
    parts.pages,
    waiting.map(({ change }) => change),
  );
  for (const [index, { at, draft, key, isTaken, nextNth }] of waiting.entries()) {
    if (isTaken()) again.push({ at, draft, nth: nextNth });
    else results[at] = putResult(key, changed[index]);
  }
  // In the order of the rows, because the last one about a person counts.
  for (const { at, draft, nth } of again.toSorted((one, other) => one.at - other.at))
    results[at] = await catchRefusal(() => putOne(parts, tenant, draft, { mode, nth }));
  return results;
}

/** See `PeopleRegistry.preview`. */
export async function previewPeople(
  parts: RegistryParts,
  tenant: string,
  drafts: readonly PersonDraft[],
  mode: PutMode,
): Promise<PutResult[]> {
  const taken = new Map<string, string>();
  const results: PutResult[] = [];
  for (const { at, draft, planned } of await planEach(parts, tenant, drafts, mode)) {
    results[at] =
      'kind' in planned
        ? planned
        : await catchRefusal(() => previewPut(parts, tenant, { draft, mode, planned }, taken));
  }
  return results;
}

async function previewPut(
  parts: RegistryParts,
  tenant: string,
  { draft, mode, planned }: { draft: PersonDraft; mode: PutMode; planned: PlannedPut },
  taken: Map<string, string>,
): Promise<PutResult> {
  const { pages } = parts;
  const { key, change, isTaken, nextNth: nth } = planned;
  const before = await entryAt(pages, key);
  const changed = await catchRefusal(async () => change.make(before) ?? before);
  if (isTaken()) {
    const found = await findByName(pages, tenant, idName(draft));
    const next = await planPut(parts, tenant, draft, found, { mode, nth });
    return previewPut(parts, tenant, { draft, mode, planned: next }, taken);
  }
  if (changed && 'kind' in changed) return changed;
  if (!isLiving(changed)) throw new Error('a put that left no living person');
  for (const name of namesOf(changed).filter(({ unique }) => unique)) {
    const place = `${name.space}\0${name.value}`;
    const holder = taken.get(place) ?? (await holderOf(pages, tenant, name)) ?? key;
    if (holder !== key)
      throw new ProblemError({ kind: 'name-taken', pointer: name.pointer, value: name.value });
    taken.set(place, key);
  }
  return putResult(key, { kind: 'done', before, after: changed });
}

type PlannedRow = PlannedPut | Extract<PutResult, { kind: 'refused' }>;

async function planEach(
  parts: RegistryParts,
  tenant: string,
  drafts: readonly PersonDraft[],
  mode: PutMode,
): Promise<readonly { readonly at: number; readonly draft: PersonDraft; readonly planned: PlannedRow }[]> {
  const founds = await findManyByName(parts.pages, tenant, drafts.map(idName));
  const plans: { at: number; draft: PersonDraft; planned: PlannedRow }[] = [];
  await forEachAtOnce(drafts.entries(), PLANNED_AT_ONCE, async ([at, draft]) => {
    const planned = await catchRefusal(() => planPut(parts, tenant, draft, founds[at], { mode, nth: 0 }));
    plans[at] = { at, draft, planned };
  });
  return plans;
}

async function planPut(
  { dialects, keyFor, madeFrom }: RegistryParts,
  tenant: string,
  given: PersonDraft,
  found: FoundEntry | undefined,
  { mode, precondition, nth }: PutOptions,
): Promise<PlannedPut> {
  const draft = checkPerson(given, dialects);
  const known = keyIn(found) ?? (await madeFrom?.(tenant, draft.aliases));
  const key = known ?? keyFor(tenant, draft.id, nth);
  let taken = false;
  const change: PersonChange = {
    key,
    make(before) {
      if (found?.kind === 'erased') throw new ProblemError({ kind: 'person-erased' });
      taken = false;
      if (!before) {
        requirePerson(precondition, before);
        return { tenant, ...draft, version: 1 };
      }
      const hasId = isLiving(before) && lists(before, idName(draft));
      taken = !isLiving(before) || !(hasId || wasMadeFrom(before, draft.aliases));
      if (!isLiving(before) || taken) throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
      requirePerson(precondition, before);
      const whole = mode === 'put' ? draft : checkPerson(patchJson(draftOf(before), draft), dialects);
      // An import that still holds a person's old id does not rename them back.
      if (hasId) return nextOf(before, { ...before, ...whole, id: before.id });
      // A person who was made from an id gets an id of their own.
      const former = [...(before.formerly?.id ?? []), before.id];
      return nextOf(before, { ...before, ...whole, ...withFormer(before, ID_SPACE, former) });
    },
  };
  return { key, change, isTaken: () => taken, nextNth: known === undefined ? nth + 1 : nth };
}

/** The result of a put. */
export function putResult(key: string, result: ChangeResult | undefined): PutResult {
  if (!result) throw new Error('a change without a result');
  if (result.kind === 'refused') return result;
  const { before, after } = result;
  if (!isLiving(after)) throw new Error('a put that left no living person');
  return {
    kind: before === after ? 'unchanged' : before ? 'changed' : 'created',
    person: personOf(key, after),
  };
}

async function catchRefusal<T>(work: () => Promise<T>): Promise<T | Extract<PutResult, { kind: 'refused' }>> {
  try {
    return await work();
  } catch (cause) {
    const problem = cause instanceof ProblemError && asPersonProblem(cause.problem);
    if (!problem) throw cause;
    return { kind: 'refused', problem };
  }
}

async function holderOf(
  pages: DirectoryPages,
  tenant: string,
  name: PersonName,
): Promise<string | undefined> {
  return keyIn(await findByName(pages, tenant, name));
}

function keyIn(found: FoundEntry | undefined): string | undefined {
  return found && found.kind !== 'ambiguous' ? found.key : undefined;
}

function idName({ id }: PersonDraft) {
  return { space: ID_SPACE, value: id, unique: true };
}
