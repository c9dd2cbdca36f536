import {
  isJsonObject,
  type Json,
  type RecordStore,
  StoreError,
  type SubjectRecord,
} from '../domain/index.ts';

/** The result of reading a record. */
export type CheckedRecord =
  | { readonly kind: 'gone' }
  | { readonly kind: 'good'; readonly record: SubjectRecord; readonly version: string }
  /** `detail` says where and why, for the operator. */
  | { readonly kind: 'unreadable'; readonly detail: string };

/**
 * Reads a subject's record and checks every field that others rely on. Throws where the backend cannot be
 * reached.
 */
export async function readCheckedRecord(records: RecordStore, key: string): Promise<CheckedRecord> {
  try {
    const found = await records.read(key);
    if (!found) return { kind: 'gone' };
    const fault = faultOf(found.value);
    if (fault !== undefined) return { kind: 'unreadable', detail: fault };
    return { kind: 'good', record: found.value as SubjectRecord, version: found.version };
  } catch (cause) {
    return { kind: 'unreadable', detail: detailOfDamage(cause) };
  }
}

/** What is wrong with a document of the store. Throws the cause where it is not damage. */
export function detailOfDamage(cause: unknown): string {
  if (!(cause instanceof StoreError) || cause.reason !== 'damaged') throw cause;
  return Error.isError(cause.cause) ? cause.cause.message : cause.message;
}

/** Why a document is not a subject's record; `undefined` where it is one. */
export function faultOf(value: Json): string | undefined {
  if (!isJsonObject(value)) return 'the record is no object';
  const { schema, tenant, subjectId, generation, slots } = value;
  if (schema !== 1) return 'the record is of a schema that is not known here';
  if (typeof tenant !== 'string' || typeof subjectId !== 'string')
    return 'the record does not say whose it is';
  if (typeof generation !== 'number') return 'the record has no generation';
  if (!isJsonObject(slots)) return 'the record has no slots';
  const bad = Object.entries(slots).find(([, state]) => !isSlotState(state));
  return bad && `slot ${bad[0]} of the record holds neither an image nor a tombstone`;
}

/** Whether it is an image or a tombstone. */
export function isSlotState(state: Json | undefined): boolean {
  if (!isJsonObject(state)) return false;
  if (state.kind === 'tombstone') return isJsonObject(state.tombstone);
  if (state.kind !== 'image' || !isJsonObject(state.image)) return false;
  const { original, renditions } = state.image;
  return isBody(original) && isJsonObject(renditions) && Object.values(renditions).every(isBody);
}

/** Whether it names a body, with the facts that a check needs. */
export function isBody(body: Json | undefined): boolean {
  return (
    isJsonObject(body) &&
    typeof body.key === 'string' &&
    typeof body.bytes === 'number' &&
    typeof body.sha256 === 'string'
  );
}
