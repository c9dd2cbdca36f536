import type { SubjectReference, WireRequestHead } from '../../src/domain/index.ts';

/**
 * The subject that the path names. The document limits the id's form; the directory knows whether the subject
 * exists.
 */
export function subjectInPath({ params }: Pick<WireRequestHead, 'params'>): SubjectReference {
  return { kind: 'alias', id: params.id ?? '' };
}
