import { BODY_PREFIX, RECORD_PREFIX } from '../core/storage-keys.ts';
import { isJsonArray, isJsonObject, type Json, type RecordStore } from '../domain/index.ts';

/** Comes after every subject's record, in order by code unit. */
const PAST_SUBJECTS = 'subjects0';

/**
 * Body keys in records that are not subjects' records: an unfinished migration write names the bodies that it
 * still has to send. Every string is searched, so that a new kind of record does not have to be added here.
 */
export async function bodiesNamedElsewhere(records: RecordStore): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  const collect = async (key: string) => {
    // A run keeps the key of a body as its place. That does not count.
    if (key.startsWith('maintenance/')) return;
    for (const text of stringsIn(await readOrRefuse(records, key))) {
      if (text.startsWith(BODY_PREFIX)) named.add(text);
    }
  };
  for await (const key of records.list('')) {
    if (key.startsWith(RECORD_PREFIX)) break;
    await collect(key);
  }
  for await (const key of records.list('', { after: PAST_SUBJECTS })) await collect(key);
  return named;
}

/** Refuses a record that cannot be read, because it is unknown which bodies it names. */
async function readOrRefuse(records: RecordStore, key: string): Promise<Json | undefined> {
  try {
    return (await records.read(key))?.value;
  } catch (cause) {
    throw new Error(
      `the record ${key} may name bodies and cannot be read: nothing was deleted; see polyface fsck`,
      {
        cause,
      },
    );
  }
}

function* stringsIn(value: Json | undefined): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (isJsonArray(value)) for (const item of value) yield* stringsIn(item);
  else if (isJsonObject(value)) for (const member of Object.values(value)) yield* stringsIn(member);
}
