import { bodiesNamedBy } from '../../core/body-references.ts';
import { RECORD_PREFIX, subjectKeyOf } from '../../core/storage-keys.ts';
import { subjectKey } from '../../core/subject-key.ts';
import { readSubjectRecord } from '../../core/subject-records.ts';
import { shadowKey } from '../shadow/shadow-key.ts';
import type { OperatedBackend } from './operated-backend.ts';

/** Removes what the shadow left: records under shadow keys, and their bodies. Gives the number of records. */
export async function sweepShadow({ at, core }: OperatedBackend): Promise<number> {
  let swept = 0;
  for await (const key of core.records.list(RECORD_PREFIX)) {
    const found = subjectKeyOf(key);
    const { record, version } = await readSubjectRecord(core.records, found);
    if (record?.tenant !== at.name.tenant || version === undefined) continue;
    if (found !== shadowKey(at.name.dialect, subjectKey(record.tenant, record.subjectId))) continue;
    if ((await core.records.remove(key, version)) === 'conflict') continue;
    for (const body of bodiesNamedBy(record)) await core.objects.delete(body);
    swept += 1;
  }
  return swept;
}
