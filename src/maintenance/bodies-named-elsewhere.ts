import { isJsonArray, isJsonObject, type Json, type RecordStore } from '../domain/index.ts';

/** Just past every subject's record, in order by code unit. */
const PAST_SUBJECTS = 'subjects0';

/**
 * Body keys in records of any other kind than subjects': an unfinished migration write names the bodies that it has yet to send.
 * Looked for in every string, so that a new kind of record needs no mention here.
 */
export async function bodiesNamedElsewhere(records: RecordStore): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  const collect = async (key: string) => {
    // The place where a run stopped is a body's key as well.
    if (key.startsWith('maintenance/')) return;
    for (const text of stringsIn((await records.read(key))?.value)) {
      if (text.startsWith('bodies/')) named.add(text);
    }
  };
  for await (const key of records.list('')) {
    if (key.startsWith('subjects/')) break;
    await collect(key);
  }
  for await (const key of records.list('', { after: PAST_SUBJECTS })) await collect(key);
  return named;
}

function* stringsIn(value: Json | undefined): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (isJsonArray(value)) for (const item of value) yield* stringsIn(item);
  else if (isJsonObject(value)) for (const member of Object.values(value)) yield* stringsIn(member);
}
