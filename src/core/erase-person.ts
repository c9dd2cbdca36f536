import { createHash, createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type ErasureReceipt,
  type Person,
  type PersonPrecondition,
  type Problem,
  ProblemError,
  requirePerson,
  type SignedReceipt,
  type SubjectRecord,
} from '../domain/index.ts';
import { withoutPictures } from './absorb-pictures.ts';
import type { PeopleParts } from './merge-people.ts';
import { closeIntent, decideIntent, type StoredIntent } from './person-intents.ts';
import type { ErasureParts } from './person-keeper.ts';
import { BODY_PREFIX } from './storage-keys.ts';
import { changeSubjectRecord, readSubjectRecord } from './subject-records.ts';

/** Bodies are removed a second time after this time, which is longer than an upload may take. */
export const ERASE_GRACE_SECONDS = 3_600;

/** How long another gateway may still use an old answer in which the person exists. */
const OTHERS_SEE_IT_AFTER_MS = 2_000;

/** The migration keeps its notes on single people here. Each key ends in the person's key. */
const OF_MIGRATIONS = 'migration/';

/**
 * Erases a person. Look-ups miss from the first step on. Then the record is reduced to tombstones, and the
 * bodies and the migration's notes are removed. A tombstone without personal data stays, so that no copy
 * brings anything back. Throws `subject-not-found`, `person-erased`, `conflict`, `precondition-failed`.
 */
export async function erasePerson(
  parts: PeopleParts,
  tenant: string,
  id: string,
  options: ErasureParts,
  precondition?: PersonPrecondition,
): Promise<SignedReceipt> {
  const person = await parts.registry.read(tenant, id);
  if (!person) throw new ProblemError({ kind: 'subject-not-found' });
  // The condition is checked before anything is written. Otherwise the process that finishes the intent would
  // erase the wrong person.
  requirePerson(precondition, person);
  const nowMs = parts.clock.nowMs();
  const stored = await decideIntent(parts.records, {
    schema: 1,
    kind: 'erase',
    state: 'announced',
    tenant,
    source: person.key,
    ...(precondition ? { onlyIf: precondition } : {}),
    sinceMs: nowMs,
  });
  const refused = await eraseEntry(parts, stored, nowMs);
  if (refused) throw new ProblemError(refused);
  const removed = await eraseRest(parts, stored);
  // Keepers forget first, because their notes hold leases. A write on its way to a backend then ends before
  // the migration's own notes are removed.
  const forgotten = await forgetElsewhere(parts, person, removed.keys);
  const migrationRecords = await removeOfMigrations(parts, removed.keys);
  const again = nowMs + options.graceSeconds * 1_000;
  await parts.records.swap(stored.key, stored.version, { ...stored.intent, again });
  // Other gateways may have read the person just now. An upload that they admitted may have left a body
  // since.
  await pause(options.othersSeeItAfterMs ?? OTHERS_SEE_IT_AFTER_MS);
  const late = await removeBodies(parts, [...removed.keys, ...removed.further]);
  return sign(options.signingKey, {
    schema: 1,
    tenant,
    person: createHash('sha256').update(`${tenant}\0${person.id}`).digest('hex'),
    erasedAt: new Date(nowMs).toISOString(),
    removed: {
      directoryEntries: removed.keys.length,
      records: removed.records,
      pictures: removed.pictures,
      bodies: removed.bodies + late.bodies,
      bytes: removed.bytes + late.bytes,
      migrationRecords: migrationRecords + forgotten.removed,
    },
    again: new Date(again).toISOString(),
    leftToOthers: [
      'spool files of requests under way: gone when those end',
      'logs, backups and recordings that were taken out of the gateway',
      ...forgotten.left,
    ],
  });
}

/**
 * Finishes a decided erasure, or repeats it. Once the grace time is over, it only removes the bodies a second
 * time.
 */
export async function finishErasure(
  parts: PeopleParts,
  stored: StoredIntent,
  graceMs: number,
): Promise<void> {
  const { intent } = stored;
  if (intent.kind !== 'erase') throw new Error('not the intent of an erasure');
  if (intent.again === undefined) {
    if (await eraseEntry(parts, stored, parts.clock.nowMs())) return;
    const { keys } = await eraseRest(parts, stored);
    // The person is unknown by now, so what is kept under these keys is deleted.
    await forgetElsewhere(parts, { tenant: intent.tenant, id: '', aliases: {}, formerly: {} }, keys);
    await removeOfMigrations(parts, keys);
    await parts.records.swap(stored.key, stored.version, {
      ...intent,
      again: parts.clock.nowMs() + graceMs,
    });
  } else if (intent.again <= parts.clock.nowMs()) {
    const keys = [intent.source, ...(await listAbsorbed(parts, intent.source))];
    await removeBodies(parts, [...keys, ...furtherKeys(parts, intent.tenant, keys)]);
    await closeIntent(parts.records, stored);
  }
}

/**
 * Removes the pictures of a person who is no longer in the directory. The record keeps tombstones, and takes
 * new pictures if the person comes back.
 */
export async function removePictures(
  parts: Pick<PeopleParts, 'records' | 'objects' | 'clock'>,
  tenant: string,
  key: string,
): Promise<void> {
  const deletedAtMs = parts.clock.nowMs();
  const isEmpty = ({ slots }: SubjectRecord) => Object.values(slots).every(({ kind }) => kind !== 'image');
  await changeSubjectRecord(
    parts.records,
    { key, tenant, id: '' },
    await readSubjectRecord(parts.records, key),
    (record) => (isEmpty(record) ? undefined : withoutPictures(record, deletedAtMs)),
    isEmpty,
  );
  await removeBodies(parts, [key]);
}

/** Whether the signature is of this receipt and this key. */
export function isSignedBy({ receipt, signature }: SignedReceipt, secret: string): boolean {
  return signature.value === hmac(secret, receipt);
}

/**
 * The first step of a decided erasure, and the only one that may be refused. After a refusal nothing has
 * changed and the intent is removed. No merge of the person begins while the intent stands. A merge that
 * ended before the decision shows here.
 */
async function eraseEntry(
  parts: PeopleParts,
  stored: StoredIntent,
  nowMs: number,
): Promise<Problem | undefined> {
  const { intent } = stored;
  if (intent.kind !== 'erase') throw new Error('not the intent of an erasure');
  const { tenant, source, onlyIf } = intent;
  const refuse = async (problem: Problem) => {
    await closeIntent(parts.records, stored);
    return problem;
  };
  const found = await parts.registry.readKey(tenant, source);
  // The registry has no such person where another gateway did this step already. It has another person after
  // a merge: the survivor, who keeps everything.
  if (found && found.key !== source) return refuse({ kind: 'conflict', reason: 'overlap' });
  try {
    await parts.registry.erase(tenant, source, nowMs, onlyIf);
    return undefined;
  } catch (cause) {
    const problem = cause instanceof ProblemError ? cause.problem : undefined;
    if (problem?.kind === 'precondition-failed' || problem?.kind === 'person-exists') return refuse(problem);
    throw cause;
  }
}

async function eraseRest(parts: PeopleParts, { intent }: StoredIntent) {
  const keys = [intent.source, ...(await listAbsorbed(parts, intent.source))];
  const further = furtherKeys(parts, intent.tenant, keys);
  let records = 0;
  let pictures = 0;
  for (const key of keys) {
    const before = await eraseRecord(parts, intent.tenant, key);
    if (!before) continue;
    records += 1;
    pictures += Object.values(before.slots).filter(({ kind }) => kind === 'image').length;
  }
  for (const key of further) {
    // No uploads arrive under such a key, so a missing record needs no tombstone.
    if ((await readSubjectRecord(parts.records, key)).record) await eraseRecord(parts, intent.tenant, key);
  }
  const { bodies, bytes } = await removeBodies(parts, [...keys, ...further]);
  return { keys, further, records, pictures, bodies, bytes };
}

function furtherKeys({ keepers }: PeopleParts, tenant: string, keys: readonly string[]): string[] {
  return (keepers?.(tenant) ?? []).flatMap(({ keysOf }) => keys.flatMap((key) => keysOf(key)));
}

async function forgetElsewhere(
  { keepers }: PeopleParts,
  { tenant, id, aliases, formerly }: Pick<Person, 'tenant' | 'id' | 'aliases' | 'formerly'>,
  keys: readonly string[],
): Promise<{ readonly removed: number; readonly left: readonly string[] }> {
  const done = await Promise.all(
    (keepers?.(tenant) ?? []).map(({ forget }) => forget({ tenant, keys, id, aliases, formerly })),
  );
  return {
    removed: done.reduce((total, { removed }) => total + removed, 0),
    left: done.flatMap(({ left }) => left),
  };
}

/** The keys of people who were merged into this one. Only the record still names them. */
async function listAbsorbed(parts: PeopleParts, key: string): Promise<string[]> {
  const { record } = await readSubjectRecord(parts.records, key);
  const direct = record?.absorbed ?? [];
  const further = await Promise.all(direct.map((one) => listAbsorbed(parts, one)));
  return [...direct, ...further.flat()];
}

/**
 * Reduces the record to the fact that a person was erased. It writes one even where there was none, so that
 * an upload under way finds it.
 */
async function eraseRecord(
  parts: PeopleParts,
  tenant: string,
  key: string,
): Promise<SubjectRecord | undefined> {
  const erasedAtMs = parts.clock.nowMs();
  const start = await readSubjectRecord(parts.records, key);
  const change = await changeSubjectRecord(
    parts.records,
    { key, tenant, id: '' },
    start,
    (record) => {
      if (record.erasedAtMs !== undefined) return undefined;
      const { pendingReplicas: _, ...kept } = withoutPictures(record, erasedAtMs);
      return { ...kept, erasedAtMs };
    },
    (record) => record.erasedAtMs !== undefined,
  );
  return start.record && change?.before;
}

async function removeBodies({ objects }: Pick<PeopleParts, 'objects'>, keys: readonly string[]) {
  let bodies = 0;
  let bytes = 0;
  for (const key of keys) {
    for await (const body of objects.list(`${BODY_PREFIX}${key}/`)) {
      await objects.delete(body.key);
      bodies += 1;
      bytes += body.bytes;
    }
  }
  return { bodies, bytes };
}

async function removeOfMigrations({ records }: PeopleParts, keys: readonly string[]): Promise<number> {
  let removed = 0;
  for await (const place of records.list(OF_MIGRATIONS)) {
    if (!keys.some((key) => place.endsWith(`/${key}`))) continue;
    const found = await records.read(place);
    if (found && (await records.remove(place, found.version)) === 'removed') removed += 1;
  }
  return removed;
}

function sign(key: ErasureParts['signingKey'], receipt: ErasureReceipt): SignedReceipt {
  return {
    receipt,
    signature: { algorithm: 'HMAC-SHA256', keyId: key.id, value: hmac(key.secret, receipt) },
  };
}

function hmac(secret: string, receipt: ErasureReceipt): string {
  return createHmac('sha256', secret)
    .update(`erasure receipt\0${JSON.stringify(receipt)}`)
    .digest('base64url');
}
