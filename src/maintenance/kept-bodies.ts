import { recordKey } from '../core/storage-keys.ts';
import type { RecordStore } from '../domain/index.ts';

const PREFIX = 'set-aside/';

/**
 * Notes that a subject's record was set aside, so that no sweep deletes the bodies that only this record
 * names.
 */
export async function keepBodiesOf(records: RecordStore, subjectRecordKey: string): Promise<void> {
  await records.swap(PREFIX + subjectRecordKey, undefined, { schema: 1 });
}

/** Whether the bodies of a subject are kept although no record names them. */
export async function areBodiesKept(records: RecordStore, subjectKey: string): Promise<boolean> {
  return (await records.read(PREFIX + recordKey(subjectKey))) !== undefined;
}
