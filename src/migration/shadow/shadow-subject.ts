import type { Subject } from '../../domain/index.ts';

/** Whom and what a shadowed exchange is about. */
export interface ShadowSubject {
  readonly subject: Subject;
  readonly operationId: string;
  readonly command: 'put-images' | 'delete-images' | 'read-subject';
}
