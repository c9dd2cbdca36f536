import { isJsonObject, type PersonPrecondition, ProblemError, type RecordStore } from '../domain/index.ts';

/**
 * Work on people that takes several steps. The intent is kept until the last step is done, so that a crash
 * leaves no work half done.
 */
export type PersonIntent = {
  readonly schema: 1;
  readonly tenant: string;
  /**
   * `announced`: nothing was done yet, and another intent may still win. `decided`: some process will finish
   * it.
   */
  readonly state: 'announced' | 'decided';
  readonly sinceMs: number;
} & (
  | { readonly kind: 'merge'; readonly source: string; readonly survivor: string }
  | {
      readonly kind: 'erase';
      readonly source: string;
      /** The caller's condition. The process that finishes the erasure checks it again. */
      readonly onlyIf?: PersonPrecondition;
      /**
       * The bodies are removed a second time after this instant, because an upload may have been under way.
       */
      readonly again?: number;
    }
);

/** An intent with its key and version in the store. */
export interface StoredIntent {
  readonly key: string;
  readonly version: string;
  readonly intent: PersonIntent;
}

const PREFIX = 'people/intents/';
/** An older announcement was left by a process that died. */
const STALE_AFTER_MS = 60_000;

/** Every open intent. */
export async function listIntents(records: RecordStore): Promise<StoredIntent[]> {
  const intents: StoredIntent[] = [];
  for await (const key of records.list(PREFIX)) {
    const found = await records.read(key);
    if (found && isJsonObject(found.value))
      intents.push({ key, version: found.version, intent: found.value as unknown as PersonIntent });
  }
  return intents;
}

/**
 * Writes the intent and makes sure that no other one concerns the same people. Throws `conflict` where one
 * does. When two begin at once, both may be refused, but at most one goes on.
 */
export async function decideIntent(records: RecordStore, intent: PersonIntent): Promise<StoredIntent> {
  const key = PREFIX + intent.source;
  const announced = await records.swap(key, undefined, { ...intent, state: 'announced' });
  if (announced === 'conflict') throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
  const others = (await listIntents(records)).filter(
    (other) => other.key !== key && overlaps(other.intent, intent),
  );
  if (others.length > 0) {
    await records.remove(key, announced.version);
    throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
  }
  const decided: PersonIntent = { ...intent, state: 'decided' };
  const swapped = await records.swap(key, announced.version, decided);
  if (swapped === 'conflict') throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
  return { key, version: swapped.version, intent: decided };
}

/** Removes an intent whose work is done. */
export async function closeIntent(records: RecordStore, { key, version }: StoredIntent): Promise<void> {
  await records.remove(key, version);
}

/** Whether an announcement was left by a process that died. */
export function isAbandoned({ state, sinceMs }: PersonIntent, nowMs: number): boolean {
  return state === 'announced' && nowMs - sinceMs > STALE_AFTER_MS;
}

function overlaps(one: PersonIntent, other: PersonIntent): boolean {
  // An erasure that only waits for its second removal of bodies conflicts with nothing.
  if (one.kind === 'erase' && one.again !== undefined) return false;
  const people = new Set(peopleOf(one));
  return peopleOf(other).some((key) => people.has(key));
}

function peopleOf(intent: PersonIntent): string[] {
  return intent.kind === 'merge' ? [intent.source, intent.survivor] : [intent.source];
}
