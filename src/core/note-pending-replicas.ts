import type { SubjectRecord } from '../domain/index.ts';

/** Notes in a record that the named replicas must still reach its generation. */
export function notePendingReplicas(
  record: SubjectRecord,
  replicas: readonly string[] | undefined,
  nowMs: number,
): SubjectRecord {
  if (!replicas || replicas.length === 0) return record;
  const pendingReplicas = { ...record.pendingReplicas };
  for (const replica of replicas) {
    const sinceMs = pendingReplicas[replica]?.sinceMs ?? nowMs;
    pendingReplicas[replica] = { generation: record.generation, sinceMs };
  }
  return { ...record, pendingReplicas };
}
