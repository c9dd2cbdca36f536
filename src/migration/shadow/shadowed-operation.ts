import type { Subject } from '../../domain/index.ts';

/** The subject and the command of a shadowed request. */
export interface ShadowedOperation {
  readonly subject: Subject;
  readonly operationId: string;
  readonly command: 'put-images' | 'delete-images' | 'read-subject';
}
