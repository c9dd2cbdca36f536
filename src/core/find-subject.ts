import type { Principal, Subject, SubjectDirectory, SubjectReference } from '../domain/index.ts';

/**
 * Finds the person that a caller refers to: in the caller's tenant, and by the caller's dialect where the
 * reference is an alias.
 */
export async function findSubject(
  directory: SubjectDirectory,
  reference: SubjectReference,
  { tenant, dialect, subject }: Pick<Principal, 'tenant' | 'dialect' | 'subject'>,
): Promise<Subject | undefined> {
  switch (reference.kind) {
    case 'alias':
      return directory.byAlias(tenant, dialect, reference.id);
    case 'identifier':
      return directory.byIdentifier(tenant, reference.name, reference.value);
    case 'caller':
      return subject === undefined ? undefined : directory.byAlias(tenant, dialect, subject);
    case 'key':
      return directory.byKey(tenant, reference.key);
  }
}
