import { hash } from 'node:crypto';

/**
 * The key of a subject's record and bodies: the first 32 hex digits of SHA-256 over tenant, NUL and subject
 * id. It is safe in any path or URL, and does not reveal the id.
 */
export function subjectKey(tenant: string, subjectId: string): string {
  return hash('sha256', `${tenant}\0${subjectId}`).slice(0, 32);
}
