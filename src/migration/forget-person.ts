import type { CoreParts } from '../core/core-parts.ts';
import type { ForgottenPerson, PersonKeeper } from '../core/person-keeper.ts';
import { isJsonArray, isJsonObject, type Subject } from '../domain/index.ts';
import type { HeldEntry } from './journal/journal.ts';
import { type JournalEntry, withoutWork } from './journal/journal-entry.ts';
import { noteAbsorbed } from './note-absorbed.ts';
import { verdictOf } from './replicas/backend.ts';
import type { MigrationAtBackend } from './requests/migration-at-backend.ts';
import { shadowKey } from './shadow/shadow-key.ts';
import { keyPart, readStage } from './stages/stage-store.ts';

type Records = CoreParts['records'];

/**
 * Erases what a migration keeps of people besides their own records: shadow subjects, and differences with their
 * pictures. While the backend is still called, this includes the picture at the backend. Reports keep no ids of
 * people.
 */
export function createMigrationKeeper(
  at: MigrationAtBackend,
  core: Pick<CoreParts, 'records' | 'objects' | 'directory' | 'clock'>,
): PersonKeeper {
  const { name } = at;
  const { records, objects } = core;
  return {
    absorbed: (tenant, survivorKey) => noteAbsorbed(at, core, tenant, survivorKey),
    keysOf: (key) => [shadowKey(name.dialect, key)],
    async forget(person) {
      const removed = await forgetDifferences(
        { records, objects },
        `migration/differences/${keyPart(name.tenant)}/${keyPart(name.dialect)}/`,
        person,
      );
      const atBackend = await forgetAtBackend(at, records, person);
      return { removed: removed + atBackend.removed, left: atBackend.left };
    },
  };
}

/** Differences name their person by key; the pictures of the request may be kept beside them. */
async function forgetDifferences(
  { records, objects }: Pick<CoreParts, 'records' | 'objects'>,
  prefix: string,
  { keys }: ForgottenPerson,
): Promise<number> {
  let removed = 0;
  for await (const place of records.list(prefix)) {
    const found = await records.read(place);
    if (!found || !isJsonObject(found.value)) continue;
    const { subjectKey, pictureKeys } = found.value;
    if (typeof subjectKey !== 'string' || !keys.includes(subjectKey)) continue;
    for (const key of isJsonArray(pictureKeys) ? pictureKeys : []) {
      if (typeof key === 'string') await objects.delete(key);
    }
    if ((await records.remove(place, found.version)) === 'removed') removed += 1;
  }
  return removed;
}

/** Why the picture under one id may still be at the backend; absent: it is gone. */
type Left = 'it gave no answer' | 'it refused the deletion';

/**
 * Erases the person at the backend. Returns the receipt's lines about the backend, and how many notes of
 * unfinished writes were deleted.
 */
async function forgetAtBackend(
  at: MigrationAtBackend,
  records: Records,
  person: ForgottenPerson,
): Promise<{ readonly removed: number; readonly left: readonly string[] }> {
  const { dialect } = at.name;
  const left = (why: string, removed = 0) => ({
    removed,
    left: [`the picture that the backend behind ${dialect} may have (${why}), and what else it knows`],
  });
  const stage = (await readStage(records, at.name))?.record.rollout.stage ?? at.settings.initialStage;
  if (stage === 'complete') return left('it is not called any more');
  const ids = idsAtBackend(at, person);
  if (ids.length === 0) return left('the person has no id there that is known');
  if (!at.backend.canDelete) return left('its API has no word for that');
  const journal = await holdJournal(at, person);
  if (!journal) return left('a write to it is under way');
  try {
    for (const id of ids) {
      const why = await deleteAtBackend(at, person, id);
      if (why !== undefined) return left(why, journal.entries);
    }
    if (journal.mayArrive) return left('a write that got no answer may still arrive', journal.entries);
  } finally {
    await journal.release();
  }
  return {
    removed: journal.entries,
    left: [`what the backend behind ${dialect} knows beside the picture`],
  };
}

/**
 * The person's id at the backend, and earlier ones. Each person who was merged into this one has a picture
 * under an id of their own.
 */
function idsAtBackend(
  { settings, name }: MigrationAtBackend,
  { aliases, formerly }: ForgottenPerson,
): readonly string[] {
  const dialect = settings.speaks ?? name.dialect;
  const { [dialect]: now } = aliases;
  const { [dialect]: before = [] } = formerly;
  return [...new Set([...(now === undefined ? [] : [now]), ...before])];
}

/**
 * Waits for writes to the backend that are under way, keeps others out, and drops unfinished writes, so that
 * none is sent there after the deletion. `mayArrive`: an earlier one got no answer, and may still take effect.
 * `undefined` where a write takes too long.
 */
async function holdJournal(
  { replica }: MigrationAtBackend,
  { keys, id, aliases }: ForgottenPerson,
): Promise<{ readonly entries: number; readonly mayArrive: boolean; release(): Promise<void> } | undefined> {
  const held: HeldEntry[] = [];
  let entries = 0;
  let mayArrive = false;
  const release = async () => {
    for (const one of held) await one.release();
  };
  try {
    for (const key of keys) {
      if (await replica.journal.read(key)) entries += 1;
      const one = await replica.journal.lease({ key, id, aliases }, 0);
      held.push(one);
      mayArrive ||= isUnsure(one.entry, replica.clock.nowMs());
      await one.write((entry) => ({ ...withoutWork(entry), mayBePending: false }));
    }
    return { entries, mayArrive, release };
  } catch {
    await release();
    return undefined;
  }
}

/** Whether a write of the entry may still take effect at the backend. */
function isUnsure({ intent, recheck }: JournalEntry, nowMs: number): boolean {
  return intent !== undefined || (recheck !== undefined && (recheck.later ?? recheck).atMs > nowMs);
}

async function deleteAtBackend(
  { backend, settings, name }: MigrationAtBackend,
  { keys, tenant, id, aliases }: ForgottenPerson,
  idThere: string,
): Promise<Left | undefined> {
  const key = keys[0] ?? '';
  const dialect = settings.speaks ?? name.dialect;
  const subject: Subject = { key, tenant, id, aliases: { ...aliases, [dialect]: idThere }, profile: {} };
  const reference = { kind: 'key', key } as const;
  try {
    const read = await backend.carryOut({ kind: 'read-subject', subject: reference, images: true }, subject);
    if (read.outcome.kind === 'problem' && read.outcome.problem.kind === 'subject-not-found')
      return undefined;
    if (read.outcome.kind !== 'done') return 'it gave no answer';
    for (const { slot } of read.outcome.images) {
      const deleted = await backend.carryOut(
        { kind: 'delete-images', subject: reference, slots: [slot] },
        subject,
      );
      const isGone =
        verdictOf(deleted) === 'done' ||
        (deleted.outcome.kind === 'problem' && deleted.outcome.problem.kind === 'image-not-found');
      if (!isGone) return 'it refused the deletion';
    }
    return undefined;
  } catch {
    return 'it gave no answer';
  }
}
