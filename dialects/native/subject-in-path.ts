import type { SubjectReference, WireRequestHead } from '../../src/domain/index.ts';

/** The subject that the path names. The document bounds the id; the directory knows whether there is such a one. */
export function subjectInPath({ params }: Pick<WireRequestHead, 'params'>): SubjectReference {
  return { kind: 'alias', id: params.id ?? '' };
}
