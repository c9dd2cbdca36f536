import { BODY_PREFIX, RECORD_PREFIX } from '../core/storage-keys.ts';
import type { ObjectStore, RecordStore } from '../domain/index.ts';

/** How many subjects have bodies, and how many of those have no record. */
export interface MissingRecords {
  readonly subjects: number;
  readonly withoutRecord: number;
}

const BODY = /^bodies\/([0-9a-f]{32})\//;

/**
 * Walks the listings of bodies and of records side by side. Both are in the order of the subject's key, so
 * that nothing is kept in memory and no record is read. Bodies younger than `oldBeforeMs` do not count: the
 * upload that wrote them may be about to write its record.
 */
export async function countMissingRecords(
  { objects, records }: { readonly objects: ObjectStore; readonly records: RecordStore },
  { oldBeforeMs, maxSubjects = Number.POSITIVE_INFINITY }: { oldBeforeMs: number; maxSubjects?: number },
): Promise<MissingRecords> {
  const keys = records.list(RECORD_PREFIX)[Symbol.asyncIterator]();
  try {
    let record = await keys.next();
    let subjects = 0;
    let withoutRecord = 0;
    for await (const subject of subjectsWithBodies(objects, oldBeforeMs)) {
      if (subjects === maxSubjects) break;
      subjects += 1;
      const wanted = RECORD_PREFIX + subject;
      while (record.done !== true && record.value < wanted) record = await keys.next();
      if (record.done === true || record.value !== wanted) withoutRecord += 1;
    }
    return { subjects, withoutRecord };
  } finally {
    await keys.return?.();
  }
}

async function* subjectsWithBodies(objects: ObjectStore, oldBeforeMs: number): AsyncGenerator<string> {
  let last: string | undefined;
  for await (const { key, modifiedAtMs } of objects.list(BODY_PREFIX)) {
    const subject = BODY.exec(key)?.[1];
    if (subject === undefined || subject === last || modifiedAtMs > oldBeforeMs) continue;
    last = subject;
    yield subject;
  }
}
