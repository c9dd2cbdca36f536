import { createHash } from 'node:crypto';

/**
 * Where a subject's record and bodies lie: the first 32 hex digits of SHA-256 over tenant, NUL and subject id.
 * Safe in any path or URL, and says nothing of the id.
 */
export function subjectKey(tenant: string, subjectId: string): string {
  return createHash('sha256').update(`${tenant}\0${subjectId}`).digest('hex').slice(0, 32);
}
