import type { SubjectRecord } from '../domain/index.ts';

/** Notes in a record that the named replicas have to be brought to its generation. */
export function noteDebts(
  record: SubjectRecord,
  replicas: readonly string[] | undefined,
  nowMs: number,
): SubjectRecord {
  if (!replicas || replicas.length === 0) return record;
  const owes = { ...record.owes };
  for (const replica of replicas) {
    owes[replica] = { generation: record.generation, sinceMs: owes[replica]?.sinceMs ?? nowMs };
  }
  return { ...record, owes };
}
